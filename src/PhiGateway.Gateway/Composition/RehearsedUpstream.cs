using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The clinical system of a rehearsal: a socket on loopback that answers whatever it is asked with one made-up record, or a page of it. Made
/// by <see cref="StartRehearsal"/>.
/// </summary>
internal sealed class RehearsedUpstream : IDisposable
{
    private const string Record = """
        {"resourceType":"Observation","id":"o1","meta":{"versionId":"1","lastUpdated":"2026-01-05T08:00:00Z"},"status":"final",
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"15074-8"}]},"subject":{"reference":"Patient/p1"},
        "effectiveDateTime":"2026-01-04T09:30:10+01:00","note":[{"text":"nobody's"}],
        "valueQuantity":{"value":6.3,"unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"}}
        """;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();

    public RehearsedUpstream()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Its FHIR base.</summary>
    public string Address => $"http://{_listener.LocalEndpoint}/r4";

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_ended.Token));
            }
        }
        catch (Exception end) when (IsEnd(end))
        {
            // The rehearsal is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[8 * 1024];
            for (var filled = 0; ; )
            {
                var read = await stream.ReadAsync(buffer.AsMemory(filled), _ended.Token);
                filled += read;
                if (read == 0)
                {
                    return;
                }

                if (buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8))
                {
                    await stream.WriteAsync(AnswerTo(Encoding.ASCII.GetString(buffer, 0, filled)), _ended.Token);
                    filled = 0;
                }
            }
        }
        catch (Exception end) when (IsEnd(end))
        {
            // So is this.
        }
    }

    private byte[] AnswerTo(string head)
    {
        var target = head.Split(' ')[1];
        var body = target.Contains('?', StringComparison.Ordinal) ? PageOf($"http://{_listener.LocalEndpoint}{target}") : Record;
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nETag: W/\"1\"\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
    }

    private string PageOf(string self) =>
        $$$"""
            {"resourceType":"Bundle","type":"searchset","total":1,"link":[{"relation":"self","url":"{{{self}}}"}],
            "entry":[{"fullUrl":"{{{Address}}}/Observation/o1","resource":{{{Record}}},"search":{"mode":"match"}}]}
            """;

    private static bool IsEnd(Exception fault) =>
        fault is OperationCanceledException or SocketException or IOException or ObjectDisposedException;
}
