using System.Globalization;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;

namespace PhiGateway.Sinks.Files;

/// <summary>
/// Writes events as lines into files of a folder, for a collector that tails them. Lines are on disk before they count as sent; a file that
/// is full, and each start, begins a new one, and the oldest go when the folder holds too much.
/// </summary>
internal sealed class FileSink(SinkOptions options, IEventFormat format, long rotateAt, long keep, TimeProvider clock) : ISink
{
    private const string Extension = ".ndjson";

    private FileStream? _file;

    /// <inheritdoc />
    public bool Acknowledges => true;

    /// <inheritdoc />
    public void Check() { }

    /// <inheritdoc />
    public async Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            if (_file is null || _file.Length >= rotateAt)
            {
                await BreakAsync();
                _file = Begin(events[0]);
            }

            using var lines = new MemoryStream();
            foreach (var one in events)
            {
                lines.Write(format.Write(one));
                lines.WriteByte((byte)'\n');
            }

            await _file.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellationToken);
            _file.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SinkException($"The folder cannot be written ({fault.GetType().Name}).", fault);
        }
    }

    /// <inheritdoc />
    public async ValueTask BreakAsync()
    {
        if (_file is { } file)
        {
            _file = null;
            try
            {
                await file.DisposeAsync();
            }
            catch (IOException)
            {
                // What was not written is sent again, into another file.
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => BreakAsync();

    private FileStream Begin(SinkEvent first)
    {
        var folder = options.Directory!;
        _ = Directory.CreateDirectory(folder);
        MakeRoom(folder);

        // Names sort in the order in which they were begun.
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Name}-{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss.fff'Z'}-{first.Sequence:D12}{Extension}"
        );
        var how = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        return new FileStream(Path.Combine(folder, name), how);
    }

    private void MakeRoom(string folder)
    {
        var files = new DirectoryInfo(folder)
            .GetFiles($"{options.Name}-*{Extension}")
            .Where(file => IsMoment(file.Name.AsSpan(options.Name.Length + 1)))
            .OrderByDescending(static file => file.Name, StringComparer.Ordinal)
            .ToList();
        var held = rotateAt;
        foreach (var file in files)
        {
            held += file.Length;
            if (held > keep)
            {
                file.Delete();
            }
        }
    }

    // Another sink of this folder may be called as this one and more: its files have another word there.
    private static bool IsMoment(ReadOnlySpan<char> rest) =>
        rest.Length > 8 && rest[8] == 'T' && !rest[..8].ContainsAnyExceptInRange('0', '9');
}
