insmod object_cache.ko count=50
rmmod object_cache
