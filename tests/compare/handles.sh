insmod handles.ko
rmmod handles
