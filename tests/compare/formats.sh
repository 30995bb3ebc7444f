insmod formats.ko
rmmod formats
