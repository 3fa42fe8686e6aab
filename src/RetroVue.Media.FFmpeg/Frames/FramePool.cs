namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>
/// The frames of one element: rented there, returned from any thread, freed with the pool. After a start-up phase it allocates nothing.
/// </summary>
/// <remarks>
/// Thread-safe. It keeps the frame structures; with the last reference, the picture or sound in them returns to libavutil's own pools.
/// Frames in use when the pool is disposed of stay valid while they are held, and are freed when they come back.
/// </remarks>
internal sealed class FramePool : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<FrameMemory> _free = new();
    private bool _isClosed;

    /// <summary>Rents an empty frame, with one reference.</summary>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public FrameMemory Rent()
    {
        FrameMemory? frame;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (!_free.TryPop(out frame))
            {
                return new FrameMemory(this);
            }
        }

        frame.MakeLive();
        return frame;
    }

    /// <summary>Takes an empty frame back.</summary>
    public void Return(FrameMemory frame)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _free.Push(frame);
                return;
            }
        }

        frame.Free();
    }

    /// <summary>Frees the frames that are not in use.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            while (_free.TryPop(out var frame))
            {
                frame.Free();
            }
        }
    }
}
