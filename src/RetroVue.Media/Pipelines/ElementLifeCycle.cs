using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Prepares, starts, stops and disposes of a pipeline's elements, in the order that the graph requires.
/// </summary>
/// <remarks>
/// For one call at a time; only <see cref="EndStreams"/> is for any thread. If an element throws while it is prepared or started, the call
/// throws its exception. If an element throws while it is stopped, the pipeline fails, but the other elements are still stopped.
/// </remarks>
internal sealed class ElementLifeCycle(Pipeline pipeline, PipelineGraph graph, ILogger logger)
{
    private Task? _lateEnds;

    /// <summary>Prepares the elements on a thread that may block, sinks first.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => pipeline.Executor.InvokeAsync(() =>
    {
        foreach (Element element in graph.SinksFirst())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Blaming(element, element.Prepare);
        }
    });

    /// <summary>Starts the elements; none of their tasks runs yet.</summary>
    public void Start()
    {
        foreach (Element element in graph.Elements)
        {
            Blaming(element, element.Start);
        }
    }

    /// <summary>Starts the elements' tasks, sinks first.</summary>
    public void RunTasks()
    {
        foreach (Element element in graph.SinksFirst())
        {
            foreach (StepTask task in element.Tasks)
            {
                task.Pipeline = pipeline.Name;
                task.Failed = error => pipeline.Fail(element.Name, error);
                pipeline.Executor.Attach(task);
            }
        }
    }

    /// <summary>Asks every source to end its stream.</summary>
    public void EndStreams()
    {
        foreach (Element element in graph.Elements)
        {
            if (element.Inputs.Count == 0)
            {
                Guarded(element, element.EndStream);
            }
        }
    }

    /// <summary>
    /// Detaches all tasks, and stops the elements when no step runs. If a step does not end in time, the elements are stopped later, before
    /// they are disposed of.
    /// </summary>
    /// <param name="clockTask">The task of the pipeline's clock, which is detached together with those of the elements.</param>
    public async Task StopAsync(StepTask clockTask)
    {
        foreach (Element element in graph.Elements)
        {
            Guarded(element, element.Interrupt);
        }

        // All at the same time, so that their time limits overlap if several hang.
        (StepTask Task, Task Detached)[] tasks =
        [
            .. graph.Elements.SelectMany(element => element.Tasks).Append(clockTask).Select(task => (task, pipeline.Executor.DetachAsync(task))),
        ];
        List<Task> lateEnds = [];
        foreach ((StepTask task, Task detached) in tasks)
        {
            try
            {
                await detached.ConfigureAwait(false);
            }
            catch (TimeoutException exception)
            {
                lateEnds.Add(task.LateEnd ?? detached);
                pipeline.Fail(task.Name, exception);
            }
        }

        if (lateEnds.Count > 0)
        {
            _lateEnds = Task.WhenAll(lateEnds);
        }
        else
        {
            await pipeline.Executor.InvokeAsync(StopElements).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the elements. No step of them may run meanwhile.</summary>
    public void StopElements()
    {
        // Sources first: while an element stops, the elements after it still take its last output.
        foreach (Element element in graph.SinksFirst().Reverse())
        {
            Guarded(element, element.Stop);
        }
    }

    /// <summary>
    /// Disposes of the elements. If a step has not ended yet, or if the disposal takes long, it goes on in the background.
    /// </summary>
    public async Task DisposeElementsAsync()
    {
        if (_lateEnds is { } lateEnds)
        {
            _ = DisposeAfterAsync(lateEnds);
        }
        else
        {
            await DisposeAllAsync().ConfigureAwait(false);
        }
    }

    private async Task DisposeAfterAsync(Task lateEnds)
    {
        await lateEnds.ConfigureAwait(false);
        await pipeline.Executor.InvokeAsync(StopElements).ConfigureAwait(false);
        await DisposeAllAsync().ConfigureAwait(false);
    }

    private async Task DisposeAllAsync()
    {
        Task disposal = pipeline.Executor.InvokeAsync(() =>
        {
            foreach (Element element in graph.Elements)
            {
                Guarded(element, element.Dispose);
            }
        });
        try
        {
            // If a disk does not answer, even closing a file may hang.
            await Watchdog.WithinAsync(disposal, ThreadedExecutor.StopLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            MediaLog.StillDisposing(logger, pipeline.Name);
        }
    }

    private static void Blaming(Element element, Action call)
    {
        try
        {
            call();
        }
        catch (Exception exception) when (element.Blame(exception))
        {
            throw;
        }
    }

    private void Guarded(Element element, Action call)
    {
        try
        {
            call();
        }
        catch (Exception exception)
        {
            pipeline.Fail(element.Name, exception);
        }
    }
}
