using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>The graph of a pipeline: its elements and links, and values derived from them.</summary>
/// <remarks>Not thread-safe; complete before the pipeline starts.</remarks>
internal sealed class PipelineGraph
{
    private readonly List<Element> _elements = [];

    public IReadOnlyList<Element> Elements => _elements;

    public IEnumerable<Element> Sinks => _elements.Where(element => element.IsSink);

    public void Add(Element element)
    {
        if (_elements.Any(other => other.Name == element.Name))
        {
            throw new LinkException($"The pipeline already has an element '{element.Name}'; names must be unique.");
        }

        _elements.Add(element);
    }

    public void Link(OutputPad from, InputPad to)
    {
        if (!_elements.Contains(from.Element) || !_elements.Contains(to.Element))
        {
            throw new LinkException($"'{from}' and '{to}' cannot be linked: add both elements to the pipeline first.");
        }

        if (from.Peer is not null || to.Peer is not null)
        {
            throw new LinkException($"'{from}' and '{to}' cannot be linked: {(from.Peer is null ? to : (object)from)} is linked already.");
        }

        if (Reaches(to.Element, from.Element))
        {
            throw new LinkException($"Linking '{from}' to '{to}' would close a loop.");
        }

        from.Peer = to;
        to.Peer = from;
    }

    /// <summary>
    /// Throws if an input is not linked, if a source has no linked output (no sink would ever end), or if several threads would feed an
    /// element with several inputs directly.
    /// </summary>
    public void Validate()
    {
        if (_elements.Count == 0)
        {
            throw new LinkException("The pipeline has no elements.");
        }

        if (_elements.Find(element => element.Inputs.Count == 0 && element.Outputs.Count > 0 && element.IsSink) is { } source)
        {
            throw new LinkException($"The output '{source.Outputs[0]}' of the source '{source.Name}' is not linked.");
        }

        foreach (InputPad input in _elements.SelectMany(element => element.Inputs))
        {
            if (input.Peer is null)
            {
                throw new LinkException($"The input '{input}' is not linked.");
            }

            if (input.Gate is null && input.Element.Inputs.Count > 1)
            {
                throw new LinkException($"'{input.Element.Name}' has several inputs, so each must store its buffers, but '{input}' does not.");
            }
        }
    }

    /// <summary>Tells each task which bounded inputs its element reaches without passing another task.</summary>
    public void ConnectGates()
    {
        foreach (Element element in _elements)
        {
            RoomGate[] gates = [.. ReachableGates(element).Distinct()];
            foreach (StepTask task in element.Tasks)
            {
                task.UseGates(gates);
            }
        }
    }

    /// <summary>Returns the elements, each after the elements that it feeds: sinks first.</summary>
    public IReadOnlyList<Element> SinksFirst()
    {
        var ordered = new List<Element>();
        var seen = new HashSet<Element>();
        foreach (Element element in _elements)
        {
            Visit(element);
        }

        return ordered;

        void Visit(Element element)
        {
            if (!seen.Add(element))
            {
                return;
            }

            foreach (OutputPad output in element.Outputs)
            {
                if (output.Peer is { } peer)
                {
                    Visit(peer.Element);
                }
            }

            ordered.Add(element);
        }
    }

    /// <summary>
    /// Returns the pipeline's latency: the largest sum of minimum latencies over the paths from live sources. A sink without a live source
    /// counts only with its own latency, because its media can be delivered early.
    /// </summary>
    /// <exception cref="LinkException">One path needs more latency than the elements of another path can hold; the message names
    /// them.</exception>
    public ClockTime Latency()
    {
        ClockTime largest = _elements.Where(element => element.IsSink && element.Inputs.Count > 0).Select(sink => sink.Latency.Minimum).Append(ClockTime.Zero).Max();
        (ClockTime Limit, string Path)? tightest = null;
        foreach (Element source in _elements.Where(element => element.Inputs.Count == 0 && element.Latency.IsLive))
        {
            Walk(source, ClockTime.Zero, ClockTime.Zero, source.Name);
        }

        if (tightest is { } tight && largest > tight.Limit)
        {
            throw new LinkException($"The pipeline's latency is {largest}, but the path {tight.Path} can hold media for at most {tight.Limit}.");
        }

        return largest;

        void Walk(Element element, ClockTime minimum, ClockTime maximum, string path)
        {
            ElementLatency latency = element.Latency;
            minimum += latency.Minimum;
            // Unlimited storage anywhere on the path makes the path unlimited: None propagates.
            maximum += latency.Maximum;
            largest = ClockTime.Max(largest, minimum);
            bool isEnd = true;
            foreach (OutputPad output in element.Outputs)
            {
                if (output.Peer is { } peer)
                {
                    isEnd = false;
                    Walk(peer.Element, minimum, maximum, $"{path} -> {peer.Element.Name}");
                }
            }

            if (isEnd && !maximum.IsNone && (tightest is null || maximum < tightest.Value.Limit))
            {
                tightest = (maximum, path);
            }
        }
    }

    private static IEnumerable<RoomGate> ReachableGates(Element element)
    {
        foreach (OutputPad output in element.Outputs)
        {
            if (output.Peer is not { } peer)
            {
                continue;
            }

            if (peer.Gate is { } gate)
            {
                yield return gate;
                continue;
            }

            foreach (RoomGate further in ReachableGates(peer.Element))
            {
                yield return further;
            }
        }
    }

    private static bool Reaches(Element from, Element to) =>
        ReferenceEquals(from, to) || from.Outputs.Any(output => output.Peer is { } peer && Reaches(peer.Element, to));
}
