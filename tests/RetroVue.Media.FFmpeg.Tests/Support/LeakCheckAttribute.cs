using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Fails every test of a class that does not release its buffers and objects of FFmpeg.</summary>
internal sealed class LeakCheckAttribute : LiveBufferCheckAttribute
{
    protected override long Live => base.Live + FFmpegHandles.Live;
}
