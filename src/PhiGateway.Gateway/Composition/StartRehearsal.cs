using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Has a start go the way of a request before the node says that it is ready, so that the first client does not wait for a compiler: a read
/// and a search through a plane of their own (<see cref="RehearsedNode"/>), from a socket to a socket. Called by <see cref="GatewayHost"/>,
/// beside the rest of the start.
/// </summary>
/// <remarks>Once in a process. It never keeps a node from starting: what fails, or takes too long, is told by the log and given up.</remarks>
internal static class StartRehearsal
{
    // Each once for what is compiled and loaded, and again for what is only then linked.
    private const int Rounds = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static readonly string[] Targets = ["/fhir/Observation/o1", "/fhir/Observation?patient=p1&code=15074-8"];

    private static int _begun;

    /// <summary>Runs it; ends without a fault, whatever comes of it.</summary>
    public static async Task RunAsync(GatewayParts parts, ILogger log)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            return;
        }

        try
        {
            using var patience = new CancellationTokenSource(Longest, parts.Clock);
            var statuses = await PlayAsync(parts, patience.Token);
            if (statuses.Any(static status => status != 200))
            {
                GatewayLog.RehearsalFailed(log, string.Join(' ', statuses));
            }
        }
#pragma warning disable CA1031 // Whatever it is, the node serves without having rehearsed.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            GatewayLog.RehearsalFailed(log, fault.GetType().Name);
        }
    }

    /// <summary>Plays it and says with which status each request was answered.</summary>
    /// <param name="parts">The node's own parts.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    internal static async Task<IReadOnlyList<int>> PlayAsync(GatewayParts parts, CancellationToken cancellationToken)
    {
        using var upstream = new RehearsedUpstream();
        await using var node = await RehearsedNode.StartAsync(parts, new RehearsedJournal(), upstream.Address, cancellationToken);
        var token = node.Token(parts.Clock.GetUtcNow());
        using var client = new TcpClient();
        await client.ConnectAsync(node.Address.Host, node.Address.Port, cancellationToken);
        var statuses = new List<int>();
        foreach (var target in Enumerable.Repeat(Targets, Rounds).SelectMany(static targets => targets))
        {
            statuses.Add(await AskAsync(client.GetStream(), target, token, cancellationToken));
        }

        return statuses;
    }

    private static async Task<int> AskAsync(NetworkStream stream, string target, string token, CancellationToken cancellationToken)
    {
        var head =
            $"GET {target} HTTP/1.1\r\nHost: {RehearsedNode.HostName}\r\nAccept: application/fhir+json\r\nAuthorization: Bearer {token}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
        var buffer = new byte[16 * 1024];
        for (var filled = 0; filled < buffer.Length; )
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            filled += read;
            if (read == 0)
            {
                return 0;
            }

            if (LengthOf(buffer.AsSpan(0, filled)) is { } length && filled >= length)
            {
                return int.Parse(Encoding.ASCII.GetString(buffer, "HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    // How long head and body are together; null: the head is not there yet. Every answer of the gateway's states its length.
    private static int? LengthOf(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        const string Name = "\r\nContent-Length: ";
        var head = Encoding.ASCII.GetString(answer[..(end + 2)]);
        var from = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (from < 0)
        {
            return end + 4;
        }

        from += Name.Length;
        var until = head.IndexOf('\r', from);
        return end + 4 + int.Parse(head.AsSpan(from, until - from), CultureInfo.InvariantCulture);
    }
}
