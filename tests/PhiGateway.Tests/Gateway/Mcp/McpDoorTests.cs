using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Mcp;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Mcp;

/// <summary>Nothing is read or held for whom the registry does not know, and nothing is asked for what the library does not take.</summary>
public sealed class McpDoorTests : IDisposable
{
    private const string Call =
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fhir_read","arguments":{"type":"Patient","id":"a"}}}""";

    private const string List = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";

    private static readonly RegistrySnapshot Known = TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase()));

    private readonly GatewayOptions _options = new()
    {
        Environment = "production",
        Mcp = new McpOptions { Bases = ["/fhir"], MaxMessage = 4096 },
    };
    private readonly HeldMemory _memory = new(HeldMemory.Free);
    private readonly StageWorld.MadeUpCallers _callers = new();
    private readonly AdjustableClock _clock = new();
    private readonly Fixed _snapshots = new(Known);
    private readonly GatewayMetrics _metrics = new();
    private readonly List<HttpContext> _passed = [];
    private readonly List<McpFlaw> _flaws = [];
    private readonly RequestDelegate _door;
    private bool _takes = true;

    public McpDoorTests()
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        new McpDoor(_options, _memory, _clock, _callers, _snapshots, _metrics).Use(
            app,
            http =>
            {
                http.Response.StatusCode = _takes ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
                _ = _takes ? McpDoor.Ready : null;
                return Task.CompletedTask;
            },
            new McpRefusal(static http => http.Items.ContainsKey("flaw"), (_, flaw) => _flaws.Add(flaw))
        );
        app.Run(http =>
        {
            _passed.Add(http);
            http.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        });
        _door = app.Build();
    }

    public void Dispose()
    {
        _memory.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Message_OfNobodyKnown_IsNotReadAndHoldsNothing()
    {
        _callers.Result = CallerResult.Refused(DenyReason.InvalidToken);
        var http = Message(new Unread());

        await _door(http);

        Assert.Equal([http], _passed);
        Assert.Equal("POST", http.Request.Method);
        Assert.Equal(0, _memory.Held);
    }

    [Fact]
    public async Task Message_OfACallerWhomNoClientStandsFor_IsNotReadEither()
    {
        _callers.Result = CallerResult.Of(Asked.Caller() with { ClientId = "nobody-here" });
        var http = Message(new Unread());

        await _door(http);

        Assert.Equal([http], _passed);
    }

    [Fact]
    public async Task Message_OfAKnownClient_IsAnsweredWhileStrangersWait()
    {
        _callers.Result = CallerResult.Refused(DenyReason.InvalidToken);
        for (var stranger = 0; stranger < 100; stranger++)
        {
            await _door(Message(new Unread()));
        }

        _callers.Result = CallerResult.Of(Asked.Caller());
        _passed.Clear();
        var http = Message(Call);

        await _door(http);

        Assert.Equal(200, http.Response.StatusCode);
        var asked = Assert.Single(_passed);
        Assert.Equal("/fhir/Patient/a", asked.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        // By which tool it was asked stands beside it, where a charter asks for it.
        Assert.Equal(new ToolCall("fhir_read"), asked.Features.Get<ToolCall>());
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("suspended")]
    [InlineData("network")]
    [InlineData("token")]
    public async Task Message_OfAClientWhosePathIsClosed_IsNotReadAndGoesTheWayOfEveryRequest(string closed)
    {
        var client = TestRegistry.Client();
        _snapshots.Current = closed switch
        {
            "revoked" => Opened(client, TestRegistry.Revocation(RevocationTarget.Client, "connector")),
            "suspended" => Opened(client with { Status = ClientStatus.Suspended }),
            "network" => Opened(client with { Networks = ["192.0.2.0/24"] }),
            _ => Opened(client, TestRegistry.Revocation(RevocationTarget.TokenHash, Asked.Caller().TokenHash)),
        };
        var http = Message(new Unread());

        await _door(http);

        Assert.Equal([http], _passed);
        Assert.Equal(0, _memory.Held);

        // And once it is open: answered by the library, not by the pipeline.
        _snapshots.Current = Opened(client with { Networks = ["192.0.2.0/24"] });
        _passed.Clear();
        var open = Message(List);
        open.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("192.0.2.7");
        await _door(open);
        Assert.Equal(200, open.Response.StatusCode);
        Assert.Empty(_passed);
    }

    [Fact]
    public async Task Message_ThatIsNoCall_IsAnsweredSoManyTimesASecond()
    {
        _options.Mcp.MessagesPerSecond = 3;
        for (var i = 0; i < 3; i++)
        {
            var http = Message(List);
            await _door(http);
            Assert.Equal(200, http.Response.StatusCode);
        }

        var refused = Message(new Unread());
        await _door(refused);
        Assert.Equal((429, "1"), (refused.Response.StatusCode, refused.Response.Headers.RetryAfter.ToString()));

        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var call = 0; call < 10; call++)
        {
            // Calls are counted as the requests that they are, by the pipeline.
            await _door(Message(Call));
        }

        Assert.Equal(10, _passed.Count);
    }

    private static RegistrySnapshot Opened(Client client, params Revocation[] revocations) =>
        TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(), client), revocations);

    [Fact]
    public async Task Call_ThatTheLibraryDoesNotTake_IsAskedOfNobody()
    {
        _takes = false;
        var http = Message(Call);

        await _door(http);

        Assert.Equal(400, http.Response.StatusCode);
        Assert.Empty(_passed);
    }

    [Theory]
    [InlineData("{", null, null, "Message")]
    [InlineData(Call, "Origin", "https://evil.example", "Origin")]
    [InlineData(Call, "Mcp-Name", "fhir_search", "Headers")]
    public async Task Message_ThatIsNone_IsRefusedByThePipeline(string body, string? header, string? value, string expected)
    {
        var http = Message(body);
        if (header is not null)
        {
            http.Request.Headers[header] = value;
        }

        await _door(http);

        Assert.Equal([expected], _flaws.Select(static flaw => flaw.ToString()));
        Assert.Equal([http], _passed);
    }

    [Fact]
    public async Task Message_ThatIsTooLarge_IsRefusedByThePipeline()
    {
        var announced = Message(new Unread());
        announced.Request.ContentLength = 4097;
        await _door(announced);
        await _door(Message(Call + new string(' ', 4096)));

        Assert.Equal([McpFlaw.TooLarge, McpFlaw.TooLarge], _flaws);
    }

    [Fact]
    public async Task Message_ThatDoesNotComeInTime_IsRefusedByThePipeline()
    {
        _options.Limits.BodyTime = TimeSpan.FromMilliseconds(1);

        await _door(Message(new Silence()));

        Assert.Equal([McpFlaw.Slow], _flaws);
    }

    [Fact]
    public async Task Message_ThatIsMarkedAlready_GoesTheWayOfEveryRequest()
    {
        var http = Message(new Unread());
        http.Items["flaw"] = true;

        await _door(http);

        Assert.Equal([http], _passed);
        Assert.Empty(_flaws);
    }

    // What every client asks after it has begun: there is no stream and no session, which it takes from 405 alone.
    [Theory]
    [InlineData("GET", true, null, 405)]
    [InlineData("DELETE", true, null, 405)]
    [InlineData("GET", false, null, 418)]
    [InlineData("GET", true, "https://evil.example", 418)]
    [InlineData("PUT", true, null, 418)]
    public async Task StreamOrSession_ThatThereIsNot_IsToldToAKnownClient(string method, bool isKnown, string? origin, int status)
    {
        _callers.Result = isKnown ? _callers.Result : CallerResult.Refused(DenyReason.InvalidToken);
        var http = Message(new Unread());
        http.Request.Method = method;
        http.Request.Headers.Origin = origin;

        await _door(http);

        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal(status == 405 ? "POST" : string.Empty, http.Response.Headers.Allow.ToString());
        Assert.Equal(status == 405 ? 0 : 1, _passed.Count);
    }

    private static DefaultHttpContext Message(string body) => Message(new MemoryStream(Encoding.UTF8.GetBytes(body)));

    private static DefaultHttpContext Message(Stream body)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.Request.Headers.Authorization = "Bearer a";
        http.Request.Body = body;
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/fhir/mcp";
        return http;
    }

    private sealed class Fixed(RegistrySnapshot known) : ISnapshotSource
    {
        public RegistrySnapshot Current { get; set; } = known;
    }

    /// <summary>A body of which nothing comes.</summary>
    private sealed class Silence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    /// <summary>A body that must not be read.</summary>
    private sealed class Unread : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The body was read.");
    }
}
