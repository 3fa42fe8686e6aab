namespace RetroVue.Media.Devices.PipeWire;

/// <summary>What a source of PipeWire's is to record, whatever its medium.</summary>
public abstract record PipeWireSourceOptions : PipeWireOptions
{
    private protected PipeWireSourceOptions()
    {
    }

    /// <summary>
    /// Buffers to ask for, 4 to 16: as many less two can be in the pipeline at once before they are copied.
    /// </summary>
    public int Buffers { get; init; } = 8;
}
