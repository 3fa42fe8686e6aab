namespace RetroVue.Media.Memory;

/// <summary>An object that a <see cref="Recycler{T}"/> can keep: it carries the link of the list it waits in.</summary>
internal interface IRecyclable<T>
    where T : class
{
    /// <summary>The next object in the list of free ones.</summary>
    T? NextFree { get; set; }
}
