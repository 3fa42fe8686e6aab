#pragma warning disable
namespace RetroVue.Media.Elements.Hls;
public class HlsOptions { public long Epoch {get;init;} }
public class HlsSegmenter : IDisposable { public HlsSegmenter(HlsOptions o){} public void Add(RetroVue.Media.Elements.MpegTs.TransportStreamChunk c){} public void Dispose(){} }
