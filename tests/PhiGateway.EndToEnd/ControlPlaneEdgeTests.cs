using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Behind a balancer and under a flood the control plane stays what it is: for each by themselves, and within its handles.</summary>
public sealed class ControlPlaneEdgeTests
{
    // Bounds a hang only.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Fail_BehindAListedProxy_CountsForWhoeverFailed()
    {
        using var folder = new StartupFolder();
        folder.Gateway["TrustedProxies"] = new JsonObject { ["Addresses"] = new JsonArray("127.0.0.1") };
        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);
        using var http = new HttpClient { BaseAddress = gateway.Admin };
        using var bound = new CancellationTokenSource(Bound);

        while (await AskAsync(http, "203.0.113.9", "wrong", bound.Token) != HttpStatusCode.TooManyRequests)
        {
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, "203.0.113.10", "wrong", bound.Token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, "203.0.113.10", StartupFolder.BootstrapKey, bound.Token));
        using var admin = new AdminClient(gateway.Admin, StartupFolder.BootstrapKey);
        string trail;
        do
        {
            await Task.Delay(50, bound.Token);
            trail = (await admin.GetAsync("audit?kind=auth&limit=50")).ToJsonString();
        } while (!trail.Contains("203.0.113.9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_MoreThanTheControlPlaneMayHave_AreClosedAndPlacesComeBack()
    {
        using var folder = new StartupFolder();
        folder.Gateway["Limits"] = new JsonObject { ["AdminConnections"] = 16 };
        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);
        using var bound = new CancellationTokenSource(Bound);

        var held = new List<RawConnection>();
        while (await TryAsync(gateway) is { } one)
        {
            held.Add(one);
            Assert.True(held.Count <= 16);
        }

        foreach (var one in held)
        {
            one.Dispose();
        }

        // A place is given back a moment after its connection has ended.
        RawConnection? again;
        while ((again = await TryAsync(gateway)) is null)
        {
            await Task.Delay(20, bound.Token);
        }

        again.Dispose();
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string from, string key, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/v1/config/status");
        request.Headers.Add("X-Forwarded-For", from);
        request.Headers.Add("Authorization", "Bearer " + key);
        using var answer = await http.SendAsync(request, cancellation);
        return answer.StatusCode;
    }

    // One that is closed may be reset while it is being made.
    private static async Task<RawConnection?> TryAsync(GatewayProcess gateway)
    {
        RawConnection? connection = null;
        try
        {
            connection = await RawConnection.OpenAsync(gateway.Admin);
            await connection.WriteAsync($"GET /livez HTTP/1.1\r\nHost: {gateway.Admin.Authority}\r\n\r\n");
            if (await connection.ReadAsync() is { Closes: false })
            {
                return connection;
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            // As good as closed.
        }

        connection?.Dispose();
        return null;
    }
}
