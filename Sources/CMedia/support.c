#include "support.h"

#include <stdlib.h>
#include <string.h>

void gm_say(char *message, const char *sentence) {
    size_t count = strlen(sentence);
    if (count >= GM_MESSAGE) count = GM_MESSAGE - 1;
    memcpy(message, sentence, count);
    message[count] = 0;
}

void gm_note(char *message, const char *sentence) {
    size_t used = strlen(message), count = strlen(sentence);
    if (strstr(message, sentence) || used + count + 3 > GM_MESSAGE) return;
    if (used) {
        memcpy(message + used, "; ", 2);
        used += 2;
    }
    memcpy(message + used, sentence, count + 1);
}

int gm_append(gm_bytes *bytes, const void *data, size_t count) {
    if (count > SIZE_MAX / 2 - bytes->count) return 0;
    size_t needed = bytes->count + count;
    if (needed > bytes->capacity) {
        size_t capacity = bytes->capacity ? bytes->capacity : 4096;
        while (capacity < needed) capacity *= 2;
        uint8_t *grown = realloc(bytes->data, capacity);
        if (!grown) return 0;
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    if (count) memcpy(bytes->data + bytes->count, data, count);
    bytes->count = needed;
    return 1;
}

void gm_bytes_free(gm_bytes *bytes) {
    free(bytes->data);
    *bytes = (gm_bytes){0};
}
