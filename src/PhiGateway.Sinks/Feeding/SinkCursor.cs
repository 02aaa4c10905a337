using System.Text.Json;
using PhiGateway.Audit.Journal.Files;

namespace PhiGateway.Sinks.Feeding;

/// <summary>
/// Keeps on this node's disk how far one sink has come in each log of the node, so that a restart goes on where the receiver is known to be.
/// </summary>
internal sealed class SinkCursor
{
    private readonly string _path;

    private SinkCursor(string path, Dictionary<string, long> next, bool isNew)
    {
        _path = path;
        Next = next;
        IsNew = isNew;
    }

    /// <summary>By log: the first sequence that the receiver is not known to have.</summary>
    public Dictionary<string, long> Next { get; }

    /// <summary>Whether there was none.</summary>
    public bool IsNew { get; }

    /// <summary>Reads it; one that cannot be read is as none, for then everything is sent again and nothing is lost.</summary>
    public static SinkCursor Open(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllBytes(path)) is { } found)
            {
                return new SinkCursor(path, found, isNew: false);
            }
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            // Said above.
        }

        return new SinkCursor(path, [], isNew: !File.Exists(path));
    }

    /// <summary>Makes it durable.</summary>
    public void Save() => DurableFile.Write(_path, JsonSerializer.Serialize(Next));
}
