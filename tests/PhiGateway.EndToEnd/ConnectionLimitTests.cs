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

        using (var third = await RawConnection.OpenAsync(gateway.Data))
        {
            await third.WriteAsync(Get(gateway));
            Assert.Null(await third.ReadAsync());
        }

        first.Dispose();
        using var fourth = await ServedAsync(gateway);
    }

    // A place is given back a moment after its connection has ended.
    private static async Task<RawConnection> ServedAsync(GatewayProcess gateway)
    {
        while (true)
        {
            var connection = await RawConnection.OpenAsync(gateway.Data);
            await connection.WriteAsync(Get(gateway));
            if (await connection.ReadAsync() is { Status: 401, Closes: false })
            {
                return connection;
            }

            connection.Dispose();
            await Task.Delay(20);
        }
    }

    private static string Get(GatewayProcess gateway) => $"GET /fhir/Patient/1 HTTP/1.1\r\nHost: {gateway.Data.Authority}\r\n\r\n";
}
