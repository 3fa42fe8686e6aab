namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>A folder of fonts. It may be on a disk that does not answer, so all that touches it runs on a thread of its own.</summary>
/// <remarks>For one thread at a time; no call waits for the disk but <see cref="Wait"/>.</remarks>
/// <param name="path">Where the folder is.</param>
internal sealed class FontFolder(string path)
{
    // A list takes some kB; this is more than 4,000 of them need.
    private const long MostOfLists = 64 << 20;

    private readonly Queue<Action> _begun = new();
    private Thread? _thread;
    private volatile IReadOnlyList<FontFile>? _files;
    private volatile int _steps;

    /// <summary>Where the folder is.</summary>
    public string Path { get; } = path;

    /// <summary>The fonts in the folder and below it; null until they are known.</summary>
    public IReadOnlyList<FontFile>? Files => _files;

    /// <summary>A number that grows whenever the list is there or a file was read.</summary>
    public int Steps => _steps;

    /// <summary>True while the disk is asked for something.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_begun)
            {
                return _begun.Count > 0;
            }
        }
    }

    /// <summary>Begins to look for fonts, once.</summary>
    public void Look()
    {
        if (_thread is null)
        {
            Start(() => _files = List());
        }
    }

    /// <summary>Begins to read a file of the folder, once.</summary>
    public void Read(FontFile file)
    {
        if (!file.IsAsked)
        {
            file.IsAsked = true;
            Start(file.Read);
        }
    }

    /// <summary>Waits until all that was begun is done.</summary>
    public void Wait() => _thread?.Join();

    private void Start(Action work)
    {
        lock (_begun)
        {
            _begun.Enqueue(work);
            if (_begun.Count == 1)
            {
                _thread = new Thread(Run) { Name = "fonts", IsBackground = true };
                _thread.UnsafeStart();
            }
        }
    }

    /// <summary>Works until nothing is left; what is at work stays in the queue until it is done.</summary>
    private void Run()
    {
        bool isOver = false;
        while (!isOver)
        {
            Action work;
            lock (_begun)
            {
                work = _begun.Peek();
            }

            work();
            _steps++;
            lock (_begun)
            {
                _begun.Dequeue();
                isOver = _begun.Count == 0;
            }
        }
    }

    private List<FontFile> List()
    {
        List<FontFile> files = [];
        if (!System.IO.Path.IsPathRooted(Path) || !Directory.Exists(Path))
        {
            return files;
        }

        long lists = 0;
        foreach (string file in FontFiles.In(Path))
        {
            try
            {
                if (FontFile.Open(file) is { } opened && (lists += opened.LengthOfList) <= MostOfLists)
                {
                    files.Add(opened);
                }
            }
            catch (Exception)
            {
                // Whatever is wrong with one file, the others count.
            }
        }

        return files;
    }
}
