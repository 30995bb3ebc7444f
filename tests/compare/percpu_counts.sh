insmod percpu_counts.ko
rmmod percpu_counts
