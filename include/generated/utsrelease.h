/* SPDX-License-Identifier: MIT */
/* The release, as `uname -r` and vermagic say it. The name is Linux's, for modules that include it. */
#define UTS_RELEASE "6.1.0-paddock"
