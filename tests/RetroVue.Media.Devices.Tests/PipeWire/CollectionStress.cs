namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Allocates and collects without a break on a thread of its own: what would stop a graph whose callbacks were managed.</summary>
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
            // A graph of objects for the collector to walk.
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
