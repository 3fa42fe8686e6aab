namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Allocates and collects garbage all the time on its own thread. This would stop a graph with managed callbacks.</summary>
internal sealed class CollectionStress : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _isOver;
    private object? _kept;

    public CollectionStress()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "collection-stress" };
        _thread.Start();
    }

    public int Collections { get; private set; }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Run()
    {
        while (!_isOver)
        {
            // Many connected objects, which the collector has to visit.
            var kept = new List<object>();
            for (int i = 0; i < 20_000; i++)
            {
                kept.Add(new byte[64]);
            }

            _kept = kept;
            GC.Collect();
            Collections++;
        }

        GC.KeepAlive(_kept);
    }
}
