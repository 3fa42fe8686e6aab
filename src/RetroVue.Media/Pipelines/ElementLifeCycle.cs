using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Takes a pipeline's elements through their lives, in the order that the graph wants: prepares, starts, stops and disposes of them.
/// </summary>
/// <remarks>
/// One call at a time, but <see cref="EndStreams"/> is for any thread. Preparing and starting throw what an element throws. Once elements
/// are to stop, an error of one keeps none of the others from it: the pipeline fails by it.
/// </remarks>
internal sealed class ElementLifeCycle(Pipeline pipeline, PipelineGraph graph, ILogger logger)
{
    private Task? _lateEnds;

    /// <summary>Prepares the elements where that may block, sinks first.</summary>
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

    /// <summary>Lets the elements' tasks run, sinks first.</summary>
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

    /// <summary>Lets all tasks go, and stops the elements once no step runs; if one does not end in time, that is done before they are disposed of.</summary>
    /// <param name="clockTask">The task of the pipeline's clock, which goes with those of the elements.</param>
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

    /// <summary>Stops the elements; none of their steps runs.</summary>
    public void StopElements()
    {
        // Sources first: an element that has not stopped yet takes the last output of one that stops.
        foreach (Element element in graph.SinksFirst().Reverse())
        {
            Guarded(element, element.Stop);
        }
    }

    /// <summary>Disposes of the elements; if a step has not ended yet, or disposing takes long, that goes on by itself.</summary>
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
