using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Time;

namespace RetroVue.Runtime;

/// <summary>Every log message of this package, by its fixed id: 1000 to 1299, station time before channels and producers.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(1000, LogLevel.Warning, "The event {Id} was due at {Before} and is replaced by one due at {At}")]
    public static partial void EventReplaced(ILogger logger, string id, Instant before, Instant at);

    [LoggerMessage(1001, LogLevel.Warning, "Station time is stepped forward by {Step}")]
    public static partial void SteppedForward(ILogger logger, Duration step);

    [LoggerMessage(1002, LogLevel.Error, "The callback of a timer on station time failed; the timer goes on")]
    public static partial void TimerFailed(ILogger logger, Exception error);

    [LoggerMessage(
        1003,
        LogLevel.Warning,
        "The machine's civil time was stepped to {CivilTime}: station time is {Difference} {Side} it. Station time goes on unchanged, marked as unsynchronised; restart the station to take over civil time")]
    public static partial void CivilTimeDiffers(ILogger logger, Duration difference, string side, Instant civilTime);

    [LoggerMessage(1004, LogLevel.Information, "The machine's civil time agrees with station time again")]
    public static partial void CivilTimeAgrees(ILogger logger);

    [LoggerMessage(1100, LogLevel.Warning, "{Producer}: '{Title}' ({File}) cannot be opened; a slate airs instead until its end. {Problem}")]
    public static partial void ItemFailed(ILogger logger, string producer, string title, string file, string problem, Exception? unexpected);

    [LoggerMessage(1101, LogLevel.Warning, "{Producer}: '{Title}' ({File}) ended before its time; a slate airs instead until its end. {Problem}")]
    public static partial void ItemEndedEarly(ILogger logger, string producer, string title, string file, string problem, Exception? unexpected);

    [LoggerMessage(1102, LogLevel.Information, "Channel {Channel} is on the air with '{Title}'")]
    public static partial void OnAir(ILogger logger, string channel, string title);

    [LoggerMessage(1103, LogLevel.Information, "Channel {Channel} is off the air")]
    public static partial void OffAir(ILogger logger, string channel);

    [LoggerMessage(1104, LogLevel.Error, "Channel {Channel}: a background task failed")]
    public static partial void Unexpected(ILogger logger, string channel, Exception error);

    [LoggerMessage(1105, LogLevel.Error, "Channel {Channel} failed and goes off the air. Its viewers are kept. It is restarted soon, or at once if a viewer joins or requests it")]
    public static partial void ChannelFailed(ILogger logger, string channel, Exception error);

    [LoggerMessage(1106, LogLevel.Error, "Channel {Channel}: the plan could not be extended; the channel tries again in a second")]
    public static partial void NoPlan(ILogger logger, string channel, Exception error);

    [LoggerMessage(1107, LogLevel.Warning, "{Producer}: the slate that replaces '{Title}' failed too; there is no picture until the entry's end")]
    public static partial void SlateFailed(ILogger logger, string producer, string title, Exception? error);

    [LoggerMessage(1109, LogLevel.Warning, "Channel {Channel}: {Packets} packets came after their time and were not aired; this machine or its disk is too slow")]
    public static partial void CannotKeepUp(ILogger logger, string channel, long packets);

    [LoggerMessage(1110, LogLevel.Warning, "Channel {Channel}: {Problem}")]
    public static partial void FileUnusable(ILogger logger, string channel, string problem);

    [LoggerMessage(1111, LogLevel.Error, "Channel {Channel} is copied, but '{File}' {Reason}; a slate airs instead")]
    public static partial void FileDoesNotFit(ILogger logger, string channel, string file, string reason);

    [LoggerMessage(1112, LogLevel.Debug, "Channel {Channel} has no still: {Problem}")]
    public static partial void NoStill(ILogger logger, string channel, string problem);

    [LoggerMessage(1113, LogLevel.Warning, "{Producer}: '{Title}' ({File}) has stalled: its disk does not answer, or is too slow; a slate airs until it goes on")]
    public static partial void ItemStalled(ILogger logger, string producer, string title, string file);

    [LoggerMessage(1114, LogLevel.Information, "{Producer}: '{Title}' ({File}) goes on, at the position for the present time")]
    public static partial void ItemReturned(ILogger logger, string producer, string title, string file);

    [LoggerMessage(1120, LogLevel.Warning, "Channel {Channel}: '{File}' lasts only {Duration}; an item has to last at least {Least} ms. It is left out")]
    public static partial void FileTooShort(ILogger logger, string channel, string file, ClockTime duration, double least);

    [LoggerMessage(1121, LogLevel.Warning, "{Producer}: the end of '{Title}' ({File}) is missing, and there was no time left for a slate. {Problem}")]
    public static partial void ItemEndMissing(ILogger logger, string producer, string title, string file, string problem, Exception? unexpected);

    [LoggerMessage(1122, LogLevel.Warning, "Channel {Channel}: '{File}' stores its picture and sound too far apart; packets that come after their time are not aired. Remux the file: ffmpeg -i OLD -c copy NEW")]
    public static partial void FileOutOfOrder(ILogger logger, string channel, string file);

    [LoggerMessage(1130, LogLevel.Warning, "{Pipeline}: the picture of '{File}' does not air correctly: {Shortcoming}")]
    public static partial void PictureFallsShort(ILogger logger, string pipeline, string file, string shortcoming);

    [LoggerMessage(1131, LogLevel.Warning, "Channel {Channel}: this FFmpeg has no encoder for {Codec}, so the channel's slates omit that stream")]
    public static partial void NoSlateEncoder(ILogger logger, string channel, string codec);

    [LoggerMessage(1132, LogLevel.Warning, "No font here has {Letters}, such as {Character} in '{Text}': slates show boxes instead. Install the Debian package {Package}, or another font that has it, and restart")]
    public static partial void LettersMissing(ILogger logger, string letters, string character, string text, string package);

    [LoggerMessage(1133, LogLevel.Error, "Slates are without words: letters cannot be drawn. {Problem} If libSkiaSharp or libHarfBuzzSharp is missing: it belongs beside the program, from the package SkiaSharp.NativeAssets.Linux.NoDependencies or HarfBuzzSharp.NativeAssets.Linux")]
    public static partial void NoLetters(ILogger logger, string problem, Exception error);

    [LoggerMessage(1134, LogLevel.Information, "The slate with '{Text}' shows boxes until its fonts are read. They are looked for in these folders: {Folders}. If the boxes stay, the disk of a folder does not answer")]
    public static partial void LettersLater(ILogger logger, string text, string folders);

    [LoggerMessage(1140, LogLevel.Error, "Channel {Channel}: the producer {Producer} failed. Another producer takes over soon")]
    public static partial void ProducerFailed(ILogger logger, string channel, string producer, Exception error);

    [LoggerMessage(1141, LogLevel.Error, "Channel {Channel}: the attempt to recover failed")]
    public static partial void RecoveryFailed(ILogger logger, string channel, Exception error);

    [LoggerMessage(1142, LogLevel.Information, "Channel {Channel} has recovered")]
    public static partial void Recovered(ILogger logger, string channel);

    [LoggerMessage(1143, LogLevel.Error, "Channel {Channel} did not recover in {Attempts} attempts and stays off the air. It is tried again when a viewer joins or requests it")]
    public static partial void GivenUp(ILogger logger, string channel, int attempts);

    [LoggerMessage(1200, LogLevel.Warning, "The log of events cannot be read after offset {Offset}; it is tried again")]
    public static partial void EventsUnread(ILogger logger, long offset, Exception error);

    [LoggerMessage(1201, LogLevel.Error, "A subscriber failed at the event {Type} with offset {Offset}; the next event follows")]
    public static partial void SubscriberFailed(ILogger logger, string type, long offset, Exception error);

    [LoggerMessage(1202, LogLevel.Error, "The consumer {Consumer} cannot handle the event {Type} with offset {Offset}; the event is parked, and later events of its key behind it")]
    public static partial void EventParked(ILogger logger, string consumer, string type, long offset, Exception error);

    [LoggerMessage(1203, LogLevel.Warning, "The consumer {Consumer} cannot go on; it tries again in {Pause}")]
    public static partial void ConsumerDelayed(ILogger logger, string consumer, TimeSpan pause, Exception error);

    [LoggerMessage(1204, LogLevel.Error, "The event {Type} cannot be written into the log of events")]
    public static partial void EventUnwritten(ILogger logger, string type, Exception error);

    [LoggerMessage(1205, LogLevel.Warning, "The station's events wait for their log, which does not take them; it is tried again each second")]
    public static partial void JournalDelayed(ILogger logger, Exception error);

    [LoggerMessage(1206, LogLevel.Error, "{Count} events are lost so far, because {Most} others wait for the log already")]
    public static partial void JournalFull(ILogger logger, long count, int most);

    [LoggerMessage(1207, LogLevel.Error, "{Count} events are lost, because the log was away at the station's end")]
    public static partial void JournalLost(ILogger logger, int count);

    [LoggerMessage(1210, LogLevel.Warning, "The catalogue of media files cannot be read; files are probed as if nothing were known")]
    public static partial void CatalogueUnread(ILogger logger, Exception error);

    [LoggerMessage(1211, LogLevel.Warning, "The catalogue of media files cannot be written; what was found is kept in memory and written later")]
    public static partial void CatalogueUnwritten(ILogger logger, Exception error);

    [LoggerMessage(1212, LogLevel.Warning, "The folder '{Folder}' cannot be watched, so it is looked at from time to time instead. {Problem}")]
    public static partial void FolderUnwatched(ILogger logger, string folder, string problem);

    [LoggerMessage(1213, LogLevel.Warning, "Channel {Channel}: no file has the formats that the channel had so far; it takes those of most files")]
    public static partial void FormatsChosenAnew(ILogger logger, string channel);

    [LoggerMessage(1214, LogLevel.Information, "Channel {Channel}: its files have changed; it airs the changed list from {From} on")]
    public static partial void ProgrammeRevised(ILogger logger, string channel, Instant from);

    [LoggerMessage(1215, LogLevel.Error, "Channel {Channel} cannot air: its files could not be looked at")]
    public static partial void ChannelNotLoaded(ILogger logger, string channel, Exception error);

    [LoggerMessage(1216, LogLevel.Error, "Channel {Channel}: a change of its files could not be taken over; the channel airs its list as it was")]
    public static partial void ProgrammeNotRevised(ILogger logger, string channel, Exception error);

    [LoggerMessage(1217, LogLevel.Error, "Files are not watched any more; what changes is noticed at the next start")]
    public static partial void WatchFailed(ILogger logger, Exception error);

    [LoggerMessage(1240, LogLevel.Warning, "The log of events does not take an event, so it goes to the spool in '{Folder}'. Later ones queue behind it until the log has taken it")]
    public static partial void SpoolBegun(ILogger logger, string folder, Exception? error);

    [LoggerMessage(1241, LogLevel.Information, "The spool in '{Folder}' is empty: {Events} events are in the log, or put aside as this log says")]
    public static partial void SpoolDrained(ILogger logger, string folder, long events);

    [LoggerMessage(1242, LogLevel.Information, "The spool in '{Folder}' has {Events} events from an earlier run; they go to the log before all others")]
    public static partial void SpoolLeft(ILogger logger, string folder, long events);

    [LoggerMessage(1243, LogLevel.Error, "The spool in '{Folder}' has no room: it has {Size} bytes of at most {MaxSize}. Further events are refused until the log takes some of its events. This is logged once until then")]
    public static partial void SpoolFull(ILogger logger, string folder, long size, long maxSize);

    [LoggerMessage(1244, LogLevel.Error, "The spool in '{Folder}' cannot be written; events are refused while the log of events does not take them. This is logged once until a write succeeds")]
    public static partial void SpoolFailed(ILogger logger, string folder, Exception error);

    [LoggerMessage(1245, LogLevel.Warning, "The last {Bytes} bytes of '{File}', after offset {Offset}, are no whole record of the spool of events, and are cut off. No append of them was acknowledged, unless the disk is damaged. {Kept}")]
    public static partial void SpoolCutOff(ILogger logger, string file, long bytes, long offset, string kept);

    [LoggerMessage(1246, LogLevel.Error, "'{File}' of the spool of events is damaged: the events in {Bytes} bytes after offset {Offset} are lost. All others are delivered, and then the file is kept as '{Kept}'")]
    public static partial void SpoolDamaged(ILogger logger, string file, long bytes, long offset, string kept);

    [LoggerMessage(1247, LogLevel.Error, "The log of events refuses the event {Id} of type {Type} for good, but takes later ones. The event is put aside in '{File}'")]
    public static partial void EventRefused(ILogger logger, Guid id, string type, string file, Exception error);

    [LoggerMessage(1248, LogLevel.Error, "The log of events refuses the event {Id} of type {Type} from the spool, with an error that calls itself lasting. The event is tried again, and later ones wait. This is logged once until the log takes an event")]
    public static partial void SpoolStuck(ILogger logger, Guid id, string type, Exception error);

    [LoggerMessage(1249, LogLevel.Error, "The spool of events in '{Folder}' cannot be read or cleared; it is tried again")]
    public static partial void SpoolUnread(ILogger logger, string folder, Exception error);

    [LoggerMessage(1250, LogLevel.Warning, "The spool in '{Folder}' is still open: its disk does not answer")]
    public static partial void SpoolStillOpen(ILogger logger, string folder);
}
