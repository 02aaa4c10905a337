using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>
/// Sends a read to an upstream address over HTTP/1.1 connections of its own and returns the answer's head and body stream; called by the
/// upstream port for every call that <c>CanSend</c> allows. What it does not do (bodies, HTTP/2, proxies, odd certificates) goes by YARP's
/// client.
/// </summary>
/// <remarks>
/// Thread-safe. A read is sent once more, over a new connection, when an idle one turns out to have been closed; nothing else is.
/// </remarks>
/// <param name="connector">Opens connections to where it may be called.</param>
/// <param name="judge">Judges an upstream's certificate; null: the system's authorities do.</param>
internal sealed class LeanClient(EgressConnector connector, RemoteCertificateValidationCallback? judge = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, LeanPool> _pools = new(StringComparer.Ordinal);

    // Connections that were opened with a certificate are of whom it names: they are shared by those who show the same one only.
    private readonly ConcurrentDictionary<(string Address, UpstreamCertificate Certificate), LeanPool> _certified = new();

    /// <summary>Whether a call is one for this client.</summary>
    public static bool CanSend(UpstreamCall call, string? authorization) =>
        call is { Method: "GET" or "HEAD", ContentType: null, Body.IsEmpty: true } && RequestHead.CanWrite(call, authorization);

    /// <summary>Sends a call and reads the head of its answer.</summary>
    /// <param name="call">One that <see cref="CanSend"/>.</param>
    /// <param name="address">The destination's address as configured: scheme, host, port, base path.</param>
    /// <param name="authorization">Value of Authorization; null: none.</param>
    /// <param name="id">The decision id, for the upstream's own log.</param>
    /// <param name="times">How long may be waited.</param>
    /// <param name="cancellationToken">Cuts the call.</param>
    /// <param name="certificate">What is shown in the handshake; null: nothing.</param>
    /// <exception cref="TimeoutException">The answer did not begin in time.</exception>
    /// <exception cref="IOException">There is no connection, or no answer that can be read in one way.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LeanAnswer> SendAsync(
        UpstreamCall call,
        string address,
        string? authorization,
        string id,
        LeanTimes times,
        CancellationToken cancellationToken,
        UpstreamCertificate? certificate = null
    )
    {
        var pool = certificate is null
            ? _pools.GetOrAdd(address, static (text, self) => self.OpenPool(text, null), this)
            : _certified.GetOrAdd((address, certificate), static (key, self) => self.OpenPool(key.Address, key.Certificate), this);
        if (pool.TryTake() is { } idleOne)
        {
            try
            {
                return await ExchangeAsync(idleOne, pool, call, authorization, id, times, cancellationToken);
            }
            catch (StaleConnectionException)
            {
                // It was closed while it lay idle; the upstream has not heard of the request, and reading twice changes nothing.
            }
        }

        var opened = await OpenAsync(pool, times.Begin, cancellationToken);
        return await ExchangeAsync(opened, pool, call, authorization, id, times, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var pool in _pools.Values.Concat(_certified.Values))
        {
            pool.Dispose();
        }
    }

    private LeanPool OpenPool(string address, UpstreamCertificate? certificate) =>
        new(new Uri(address, UriKind.Absolute), connector) { Certificate = certificate, Judge = judge };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<LeanAnswer> ExchangeAsync(
        LeanConnection connection,
        LeanPool pool,
        UpstreamCall call,
        string? authorization,
        string id,
        LeanTimes times,
        CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1024);
        try
        {
            AnswerHead head;
            connection.Allow(times.Begin);
            using (cancellationToken.UnsafeRegister(static state => ((LeanConnection)state!).Dispose(), connection))
            {
                await connection.SendAsync(buffer.AsMemory(0, pool.Head.Write(call, authorization, id, ref buffer)));
                head = await connection.ReadHeadAsync(call.Method == "HEAD");
            }

            connection.Pause();
            return new LeanAnswer(head, new LeanBody(connection, head, times));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or IOException)
        {
            var (late, wasUsed) = (connection.TimedOut, connection.WasUsed);
            connection.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw (late, fault) switch
            {
                (true, _) => new TimeoutException("The answer did not begin in time.", fault),
                (_, BrokenAnswerException) => fault,
                _ when wasUsed => new StaleConnectionException(),
                _ => new IOException("The upstream could not be reached.", fault),
            };
        }
        finally
        {
            // It held a credential.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static async ValueTask<LeanConnection> OpenAsync(LeanPool pool, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            return await pool.OpenAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No connection in time.");
        }
        catch (Exception fault) when (fault is SocketException or AuthenticationException or EgressRefusedException)
        {
            throw new NoConnectionException(fault);
        }
    }
}

/// <summary>An answer whose head was read; the body is read from the wire as it is asked for.</summary>
/// <param name="Head">Status and known headers.</param>
/// <param name="Body">The body; to be disposed.</param>
internal readonly record struct LeanAnswer(AnswerHead Head, LeanBody Body);

/// <summary>How long an upstream may keep the gateway waiting.</summary>
/// <param name="Begin">Until its answer begins, the connection included.</param>
/// <param name="Silence">Between two pieces of the body.</param>
/// <param name="Whole">For all of the body.</param>
/// <param name="LeastRate">Bytes a second that must come besides the silence that is allowed.</param>
internal readonly record struct LeanTimes(TimeSpan Begin, TimeSpan Silence, TimeSpan Whole, int LeastRate = 1);

/// <summary>No connection was opened, so nothing was sent.</summary>
internal sealed class NoConnectionException(Exception fault) : IOException("There is no connection to the upstream.", fault);
