using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Proofs;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// One FHIR read in the name of whoever sent an MCP message: a request of its own, over the same connection, with the same token, that goes
/// the way of every request and whose answer is held for the tool's result. Made by the MCP door.
/// </summary>
/// <remarks>
/// Security: nothing of the message but its token and proof goes into it. The answer is bounded; what outgrows the bound ends like an answer
/// whose reader went away, and is recorded so.
/// </remarks>
internal sealed class InnerCall : IHttpRequestLifetimeFeature, IDisposable
{
    private readonly CancellationTokenSource _aborted;
    private readonly HeldAnswer _answer;
    private readonly DefaultHttpContext _http = new();

    public InnerCall(HttpContext outer, string target, string tool, int mostBytes, HeldMemory memory)
    {
        _aborted = CancellationTokenSource.CreateLinkedTokenSource(outer.RequestAborted);
        _answer = new HeldAnswer(mostBytes, memory, _aborted);
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var request = new HttpRequestFeature
        {
            Protocol = outer.Request.Protocol,
            Scheme = outer.Request.Scheme,
            Method = HttpMethods.Get,
            RawTarget = target,
            Path = query < 0 ? target : target[..query],
            QueryString = query < 0 ? string.Empty : target[query..],
            Body = Stream.Null,
        };
        request.Headers.Host = outer.Request.Headers.Host;
        request.Headers.Authorization = outer.Request.Headers.Authorization;
        request.Headers.Accept = KnownMediaTypes.FhirJson;
        if (outer.Request.Headers.TryGetValue("DPoP", out var proof))
        {
            request.Headers["DPoP"] = proof;
        }

        var features = _http.Features;
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new InnerResponse(_answer));
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_answer));
        features.Set<IHttpRequestLifetimeFeature>(this);
        features.Set(new ToolCall(tool));
        features.Set<IHttpRequestBodyDetectionFeature>(new WithoutBody());
        features.Set(outer.Features.Get<IHttpConnectionFeature>());
        features.Set(outer.Features.Get<ITlsConnectionFeature>());
        _http.RequestServices = outer.RequestServices;
        // Its proof of possession was made for the message (RFC 9449 section 4.3).
        features.Set(new ProvenCall(outer.Request.Method, outer.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
    }

    /// <summary>Sends it the way of every request, until its answer is whole.</summary>
    public async Task RunAsync(RequestDelegate pipeline)
    {
        try
        {
            await pipeline(_http);
            await _http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
        }
        catch (OperationCanceledException) when (_aborted.IsCancellationRequested)
        {
            // It was cut, or whoever asked has gone: the status says so.
        }
    }

    /// <summary>The answer's status; 0: it was cut.</summary>
    public int Status => _aborted.IsCancellationRequested ? 0 : _http.Response.StatusCode;

    /// <summary>Whether it was cut because the node has no room for the answer.</summary>
    public bool HasNoRoom => _answer.HasNoRoom;

    /// <summary>The answer's headers.</summary>
    public IHeaderDictionary Headers => _http.Response.Headers;

    /// <summary>The whole answer.</summary>
    public ReadOnlyMemory<byte> Answer => _answer.Written;

    public CancellationToken RequestAborted
    {
        get => _aborted.Token;
        set => throw new NotSupportedException();
    }

    public void Abort() => _aborted.Cancel();

    public void Dispose()
    {
        _aborted.Dispose();
        _answer.Dispose();
    }

    private sealed class WithoutBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }

    // An answer that has begun cannot become another one.
    private sealed class InnerResponse(HeldAnswer answer) : HttpResponseFeature
    {
        public override bool HasStarted => answer.Length > 0;
    }
}
