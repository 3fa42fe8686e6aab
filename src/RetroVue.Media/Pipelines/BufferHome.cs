namespace RetroVue.Media.Pipelines;

/// <summary>The recycler of buffer headers that belongs to one thread.</summary>
internal sealed class BufferHome
{
    private static readonly Lock s_lock = new();
    private static readonly List<WeakReference<BufferHome>> s_all = [];

    private BufferHome()
    {
    }

    public Recycler<MediaBuffer> Recycler { get; } = new();

    public static long Live
    {
        get
        {
            lock (s_lock)
            {
                return s_all.Sum(home => home.TryGetTarget(out BufferHome? alive) ? alive.Recycler.Live : 0);
            }
        }
    }

    public static BufferHome ForThisThread()
    {
        var home = new BufferHome();
        lock (s_lock)
        {
            s_all.RemoveAll(old => !old.TryGetTarget(out _));
            s_all.Add(new WeakReference<BufferHome>(home));
        }

        return home;
    }
}
