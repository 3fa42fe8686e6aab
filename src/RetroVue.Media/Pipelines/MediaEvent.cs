namespace RetroVue.Media.Pipelines;

/// <summary>A message on a link, in order with the buffers. Immutable.</summary>
public abstract record MediaEvent
{
    private protected MediaEvent()
    {
    }
}
