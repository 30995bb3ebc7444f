/* SPDX-License-Identifier: MIT */
/* The shell, as the rest of the kernel starts it. */
#pragma once

/*
 * shell_run - run a command line or script text to its end.
 * @script: the text, as for `sh -c`.
 * @name:   what error messages call it.
 * Context: thread; sleeps. Input and output are the console.
 * Returns: exit status of the last command, 0 to 255.
 */
int shell_run(const char *script, const char *name);
