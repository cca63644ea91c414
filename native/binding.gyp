{
  'targets': [
    {
      'target_name': 'sipgauge',
      'sources': [
        'src/addon.cc',
        'src/block_pool.cc',
        'src/capture_handle.cc',
        'src/capture_thread.cc',
        'src/interface_list.cc',
        'src/live_capture.cc',
        'src/packet_block.cc',
        'src/privileges.cc',
        'src/thread_broadcast.cc',
        'src/timestamp_merge.cc',
        'src/user_account.cc',
        'src/wake_event.cc',
      ],
      # -isystem: the warnings below are for this code, not for node-addon-api's.
      'cflags_cc': [
        '-std=c++20', '-Wall', '-Wextra', '-Werror', '-fno-rtti', '-fvisibility=hidden',
'<!(node -p "\'-isystem\' + require(\'path\').dirname(require.resolve(\'node-addon-api\'))")',
      ],
      'cflags_cc!': ['-std=gnu++17', '-std=gnu++1y', '-std=gnu++14'],
      # Swallow: in a worker that is being terminated nothing can be thrown any more.
      'defines': [
        'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        'NAPI_VERSION=8',
      ],
      'libraries': ['-lpcap'],
    },
  ],
}
