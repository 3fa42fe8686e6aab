namespace RetroVue.Media.Pipelines;

/// <summary>Where a threaded executor runs a task. A simulated one has a single thread for all.</summary>
public enum StepPlacement
{
    /// <summary>On the thread that paces everything whose steps are short and never block.</summary>
    Shared,

    /// <summary>
    /// On a thread that is shared by everything that reads files: their steps are short, but a disk may hang. A step that does keeps its
    /// thread, and the others go on on another one after less than 100 ms.
    /// </summary>
    Reading,

    /// <summary>On a thread of its own: for steps that block, such as a device read, or that take long, such as encoding.</summary>
    OwnThread,
}
