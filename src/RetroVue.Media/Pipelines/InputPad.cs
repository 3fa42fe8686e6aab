using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>The input of an element for one stream.</summary>
/// <remarks>Its state is that of the stream up to the last buffer or event; read it on the pushing thread.</remarks>
public sealed class InputPad
{
    internal InputPad(Element element, string name, RoomGate? gate) => (Element, Name, Gate) = (element, name, gate);

    /// <summary>The element.</summary>
    public Element Element { get; }

    /// <summary>The name, unique among the element's inputs.</summary>
    public string Name { get; }

    /// <summary>Tells feeding tasks whether there is room; null for an input that always accepts.</summary>
    public RoomGate? Gate { get; }

    /// <summary>The output that feeds this input; null while not linked.</summary>
    public OutputPad? Peer { get; internal set; }

    /// <summary>The format last announced; null before the first.</summary>
    public MediaFormat? Format { get; private set; }

    /// <summary>The segment last announced.</summary>
    public Segment Segment { get; private set; } = Segment.Default;

    /// <summary>Returns the running time of a PTS in the present segment; None for None.</summary>
    public ClockTime ToRunningTime(ClockTime pts) => Segment.ToRunningTime(pts);

    /// <summary>Returns "element.pad".</summary>
    public override string ToString() => $"{Element.Name}.{Name}";

    internal void Receive(MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case FormatChanged changed:
                if (!Element.Accepts(this, changed.Format))
                {
                    throw new LinkException(
                        $"'{Peer}' sends {changed.Format}, which '{this}' does not accept" +
                        (Element.Preferred(this) is { } preferred ? $"; it would accept {preferred}." : "."));
                }

                Format = changed.Format;
                break;
            case Segment segment:
                Segment = segment;
                break;
        }

        Element.OnEvent(this, mediaEvent);
    }
}
