using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A viewer in real time, who keeps all bytes that were sent.</summary>
internal sealed class LiveViewer : IAsyncDisposable
{
    private readonly ViewerSession _session;
    private readonly MemoryStream _received = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private LiveViewer(ViewerSession session)
    {
        _session = session;
        _reading = Task.Run(ReadAsync);
    }

    public static async Task<LiveViewer> JoinAsync(ChannelManager channel) =>
        new(await channel.JoinAsync(new JoinRequest("viewer")));

    /// <summary>
    /// Leaves the channel and returns the received pictures. Each has its time on the channel's line, with the wrap of the wire removed.
    /// </summary>
    public async Task<IReadOnlyList<(ClockTime Pts, long Number)>> LeaveAsync(ClockTime near)
    {
        await DisposeAsync();
        string path = Path.Combine(MadeMedia.Folder, $"live-{TestContext.CurrentContext.Test.ID}.ts");
        await File.WriteAllBytesAsync(path, _received.ToArray());
        return NumberedRun.Unwrap(await ReceivedFrames.ReadAsync(path), near);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopped.TrySetResult())
        {
            await _reading;
            await _session.DisposeAsync();
        }
    }

    private async Task ReadAsync()
    {
        using ChunkReader reader = _session.Output.Stream.Read();
        while (!_stopped.Task.IsCompleted)
        {
            switch (reader.TryRead(out MediaBuffer? chunk))
            {
                case ChunkReadState.Chunk:
                    _received.Write(chunk!.Data);
                    chunk.Release();
                    break;
                case ChunkReadState.Empty:
                    await Task.WhenAny(reader.News, _stopped.Task);
                    break;
                default:
                    throw new InvalidOperationException("The viewer fell behind, or the channel went off the air.");
            }
        }
    }
}
