insmod unknown_symbol.ko
ls /sys/module/unknown_symbol
