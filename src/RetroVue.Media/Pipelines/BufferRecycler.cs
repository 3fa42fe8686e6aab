using RetroVue.Media.Memory;

namespace RetroVue.Media.Pipelines;

/// <summary>The recycler of one thread's buffer headers.</summary>
internal sealed class BufferRecycler
{
    private static readonly Lock s_lock = new();
    private static readonly List<BufferRecycler> s_all = [];

    private readonly Thread _thread = Thread.CurrentThread;

    private BufferRecycler()
    {
    }

    public Recycler<MediaBuffer> Recycler { get; } = new();

    public static long Live
    {
        get
        {
            lock (s_lock)
            {
                return s_all.Sum(recycler => recycler.Recycler.Live);
            }
        }
    }

    public static BufferRecycler ForThisThread()
    {
        var recycler = new BufferRecycler();
        lock (s_lock)
        {
            // A recycler outlives its thread while any of its buffers is in use: a leaked buffer stays counted.
            s_all.RemoveAll(old => !old._thread.IsAlive && old.Recycler.Live == 0);
            s_all.Add(recycler);
        }

        return recycler;
    }
}
