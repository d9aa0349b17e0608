#pragma once
// The kernels of Gestalt: flat functions on pointers and counts, no allocation, no threads.
//
// `variant` picks scalar type and instruction set: 3 * (0 float, 1 double) + (0 portable, 1 AVX2,
// 2 AVX-512). Pointers to scalars are void *, since one name serves both types. Unless a function
// says otherwise, inputs may not overlap outputs except by being the same pointer, no alignment is
// asked for, and a count of 0 is served.
#include "CKernelsRuntime.h"
#include "CKernelsArithmetic.h"
#include "CKernelsConvolution.h"
#include "CKernelsWinograd.h"
#include "CKernelsPooling.h"
#include "CKernelsCopy.h"
#include "CKernelsUnary.h"
#include "CKernelsChain.h"
#include "CKernelsEnergy.h"
#include "CKernelsFold.h"
#include "CKernelsGather.h"
#include "CKernelsProducts.h"
#include "CKernelsRandom.h"
#include "CKernelsAttention.h"
#include "CKernelsTiles.h"
#include "CKernelsRows.h"
#include "CKernelsSort.h"
#include "CKernelsCast.h"
#include "CKernelsNormalization.h"
#include "CKernelsLosses.h"
#include "CKernelsOptimizers.h"
#include "CKernelsSearch.h"
#include "CKernelsDecode.h"
