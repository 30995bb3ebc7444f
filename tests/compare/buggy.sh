# Each in turn, in a kernel that survives them: what one does to the heap, slub_debug repairs in Linux.
# buggy
# append: slub_debug=FZPU
# log: (oob|uaf|rare_uaf|redzone|leak|page_uaf|null_deref|rodata_write|file_oops|off_by_one|dangling_file)\w*
insmod oob_read.ko
rmmod oob_read
insmod oob_read_past.ko
rmmod oob_read_past
insmod oob_write.ko
rmmod oob_write
insmod oob_write_before.ko
rmmod oob_write_before
insmod off_by_one.ko
rmmod off_by_one
insmod uaf_read.ko
rmmod uaf_read
insmod uaf_write.ko
rmmod uaf_write
insmod uaf_timer.ko
rmmod uaf_timer
insmod uaf_work.ko
rmmod uaf_work
insmod uaf_cpu.ko
rmmod uaf_cpu
insmod redzone.ko
rmmod redzone
insmod leak.ko
rmmod leak
insmod page_uaf.ko
rmmod page_uaf
insmod uaf_realloc.ko
rmmod uaf_realloc
insmod uaf_cache.ko
rmmod uaf_cache
insmod rare_uaf.ko
rmmod rare_uaf
insmod null_deref.ko
cat /sys/module/null_deref/initstate
insmod rodata_write.ko
cat /sys/module/rodata_write/initstate
insmod dangling_file.ko
rmmod dangling_file
# Linux cannot unload what crashed in a file's operation: its use is never given back.
insmod file_oops.ko
cat /proc/file_oops
cat /dev/file_oops
cat /sys/kernel/file_oops/value
