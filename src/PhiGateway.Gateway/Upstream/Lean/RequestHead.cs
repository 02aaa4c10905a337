using System.Buffers;
using System.Text;
using PhiGateway.Fhir.Requests;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>
/// Writes the head of a request without a body, for one upstream address, into a buffer (RFC 9112, sections 2 and 3); says before whether
/// every part of the call can be written as it is. Called by <see cref="LeanClient"/>.
/// </summary>
internal sealed class RequestHead
{
    // What may stand in a request target; anything else would be written by hand into a line that ends at a blank.
    private static readonly SearchValues<char> TargetCharacters = SearchValues.Create([
        .. Enumerable.Range(0x21, 0x7e - 0x21 + 1).Select(static value => (char)value),
    ]);

    private static readonly SearchValues<char> ValueCharacters = SearchValues.Create([
        '\t',
        .. Enumerable.Range(0x20, 0x7e - 0x20 + 1).Select(static value => (char)value),
    ]);

    private readonly string _base;
    private readonly string _host;

    internal RequestHead(Uri address)
    {
        _base = address.AbsolutePath.TrimEnd('/');
        _host = address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}";
        if (address.HostNameType == UriHostNameType.IPv6)
        {
            _host = address.IsDefaultPort ? $"[{address.IdnHost}]" : $"[{address.IdnHost}]:{address.Port}";
        }
    }

    /// <summary>Whether everything of a call can be written as it is.</summary>
    internal static bool CanWrite(UpstreamCall call, string? authorization)
    {
        if (call.PathAndQuery.AsSpan().IndexOfAnyExcept(TargetCharacters) >= 0 || !IsValue(authorization))
        {
            return false;
        }

        for (var place = 0; place < call.Headers.Count; place++)
        {
            if (!IsValue(call.Headers[place].Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the head; the number of bytes.</summary>
    internal int Write(UpstreamCall call, string? authorization, string id, ref byte[] buffer)
    {
        var at = 0;
        Add(call.Method, ref buffer, ref at);
        Add(" ", ref buffer, ref at);
        Add(_base, ref buffer, ref at);
        Add(call.PathAndQuery is [not '/', ..] or "" && _base.Length == 0 ? "/" : string.Empty, ref buffer, ref at);
        Add(call.PathAndQuery, ref buffer, ref at);
        Add(" HTTP/1.1\r\nHost: ", ref buffer, ref at);
        Add(_host, ref buffer, ref at);
        for (var place = 0; place < call.Headers.Count; place++)
        {
            AddField(call.Headers[place].Key, call.Headers[place].Value, ref buffer, ref at);
        }

        if (authorization is not null)
        {
            AddField("Authorization", authorization, ref buffer, ref at);
        }

        AddField("X-Request-Id", id, ref buffer, ref at);
        Add("\r\n\r\n", ref buffer, ref at);
        return at;
    }

    private static bool IsValue(string? value) => value is null || value.AsSpan().IndexOfAnyExcept(ValueCharacters) < 0;

    private static void AddField(string name, string value, ref byte[] buffer, ref int at)
    {
        Add("\r\n", ref buffer, ref at);
        Add(name, ref buffer, ref at);
        Add(": ", ref buffer, ref at);
        Add(value, ref buffer, ref at);
    }

    private static void Add(string text, ref byte[] buffer, ref int at)
    {
        if (buffer.Length - at < text.Length)
        {
            var next = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, at + text.Length));
            buffer.AsSpan(0, at).CopyTo(next);
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = next;
        }

        at += Encoding.ASCII.GetBytes(text, buffer.AsSpan(at));
    }
}
