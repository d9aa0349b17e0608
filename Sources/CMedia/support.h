// Shared by the shims: messages and growing output.
#pragma once

#include "CMedia.h"

// Puts a sentence into `message`, cut to its length.
void gm_say(char *message, const char *sentence);

// Adds a sentence to those in `message`, unless it is there already.
void gm_note(char *message, const char *sentence);

// Appends; returns 0 when there is no memory.
int gm_append(gm_bytes *bytes, const void *data, size_t count);
