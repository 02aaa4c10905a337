using System.Buffers;
using System.Text.Json;

namespace PhiGateway.Sinks.Formats;

/// <summary>Writes one JSON object on one line; what is absent, empty or 0 leaves no trace. Everything beyond ASCII is escaped.</summary>
internal sealed class JsonLine : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    public JsonLine()
    {
        _json = new Utf8JsonWriter(_buffer);
        _json.WriteStartObject();
    }

    public void Text(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _json.WriteString(name, value);
        }
    }

    public void Number(string name, long value)
    {
        if (value != 0)
        {
            _json.WriteNumber(name, value);
        }
    }

    /// <summary>A number that says something also when it is 0.</summary>
    public void Place(string name, long value) => _json.WriteNumber(name, value);

    public void Flag(string name) => _json.WriteBoolean(name, true);

    public void Texts(string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        _json.WriteStartArray(name);
        foreach (var value in values)
        {
            _json.WriteStringValue(value);
        }

        _json.WriteEndArray();
    }

    /// <summary>Begins an object below a name, or in an array where there is none.</summary>
    public void Open(string? name = null)
    {
        if (name is null)
        {
            _json.WriteStartObject();
        }
        else
        {
            _json.WriteStartObject(name);
        }
    }

    public void Close() => _json.WriteEndObject();

    public void OpenList(string name) => _json.WriteStartArray(name);

    public void CloseList() => _json.WriteEndArray();

    /// <summary>Ends the object; the bytes.</summary>
    public byte[] End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _json.Dispose();
}
