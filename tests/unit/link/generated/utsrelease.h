/* SPDX-License-Identifier: MIT */
#define UTS_RELEASE "6.1.0-hosted"
