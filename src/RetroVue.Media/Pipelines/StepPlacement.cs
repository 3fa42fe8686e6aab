namespace RetroVue.Media.Pipelines;

/// <summary>The thread on which a threaded executor runs a task. A simulated executor has one thread for all tasks.</summary>
public enum StepPlacement
{
    /// <summary>On the shared thread for tasks whose steps are short and never block.</summary>
    Shared,

    /// <summary>
    /// On a thread that all tasks that read files share: their steps are short, but a disk may hang. A step that hangs keeps its thread,
    /// and the other tasks continue on another one after less than 100 ms.
    /// </summary>
    Reading,

    /// <summary>On a thread of its own: for steps that block, such as a read from a device, or that take long, such as encoding.</summary>
    OwnThread,
}
