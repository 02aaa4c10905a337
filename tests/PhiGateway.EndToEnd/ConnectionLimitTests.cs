using System.Net.Sockets;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Idle connections take no more than their share of the process's handles.</summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task Connect_MoreThanOneAddressMay_AreClosedAndPlacesComeBack()
    {
        using var folder = new StartupFolder();
        folder.Gateway["Limits"] = new JsonObject { ["ConnectionsPerPeer"] = 2 };
        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);
        var first = await ServedAsync(gateway);
        using var second = await ServedAsync(gateway);

        Assert.Null((await TryAsync(gateway)).Reply);

        first.Dispose();
        using var fourth = await ServedAsync(gateway);
    }

    // A place is given back a moment after its connection has ended.
    private static async Task<RawConnection> ServedAsync(GatewayProcess gateway)
    {
        while (true)
        {
            var (connection, reply) = await TryAsync(gateway);
            if (reply is { Status: 401, Closes: false })
            {
                return connection!;
            }

            connection?.Dispose();
            await Task.Delay(20);
        }
    }

    // One that is closed may be reset while it is being made.
    private static async Task<(RawConnection? Connection, RawReply? Reply)> TryAsync(GatewayProcess gateway)
    {
        try
        {
            var connection = await RawConnection.OpenAsync(gateway.Data);
            await connection.WriteAsync(Get(gateway));
            return (connection, await connection.ReadAsync());
        }
        catch (SocketException)
        {
            return default;
        }
    }

    private static string Get(GatewayProcess gateway) => $"GET /fhir/Patient/1 HTTP/1.1\r\nHost: {gateway.Data.Authority}\r\n\r\n";
}
