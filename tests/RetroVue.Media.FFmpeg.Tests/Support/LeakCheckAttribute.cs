using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Fails every test of a class that leaves buffers or objects of FFmpeg's behind.</summary>
internal sealed class LeakCheckAttribute : LiveBufferCheckAttribute
{
    protected override long Live => base.Live + FFmpegHandles.Live;
}
