using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>
/// Load at a fixed rate, whatever the answers do (an open loop): a request is due at its time, and its latency counts from then, so that an
/// answer that is late does not hide those behind it. One thread, plain sockets.
/// </summary>
internal sealed class PacedLoad : IDisposable
{
    private const int ReadBytes = 64 * 1024;
    private static readonly double TicksPerMicrosecond = Stopwatch.Frequency / 1e6;

    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[ReadBytes];
    private readonly Stack<Caller> _free = new();
    private readonly Dictionary<Socket, Caller> _waiting = [];
    private readonly List<double> _microseconds = [];

    private PacedLoad(Uri url, string token, int connections)
    {
        _request = Encoding.ASCII.GetBytes(
            $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(new IPEndPoint(IPAddress.Loopback, url.Port));
            _free.Push(new Caller(socket));
        }
    }

    /// <summary>Calls a place so many times each second and prints p50, p99 and p99.9 in ms, and how many it could not even send in time.</summary>
    /// <param name="arguments">Address, calls per second, seconds, most connections; the token comes by standard input.</param>
    public static void Run(string[] arguments)
    {
        var token = System.Console.In.ReadToEnd().Trim();
        var numbers = arguments[1..].Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        using var load = new PacedLoad(new Uri(arguments[0]), token, numbers[2]);
        load.Call(numbers[0], numbers[1]);
        load.Tell();
    }

    public void Dispose()
    {
        foreach (var caller in _free)
        {
            caller.Socket.Dispose();
        }
    }

    private void Call(int rate, int seconds)
    {
        var begin = Stopwatch.GetTimestamp();
        var step = Stopwatch.Frequency / (double)rate;
        var total = (long)rate * seconds;
        long sent = 0;
        while (sent < total || _waiting.Count > 0)
        {
            var now = Stopwatch.GetTimestamp();
            while (sent < total && begin + (long)(sent * step) <= now && _free.TryPop(out var caller))
            {
                Send(caller, begin + (long)(sent * step));
                sent++;
            }

            var next = sent < total && _free.Count > 0 ? begin + (long)(sent * step) - now : Stopwatch.Frequency / 100;
            Receive((int)Math.Clamp(next / TicksPerMicrosecond, 0, 10_000));
        }
    }

    private void Send(Caller caller, long due)
    {
        caller.Due = due;
        caller.Left = -1;
        caller.Head.Clear();
        _ = caller.Socket.Send(_request);
        _waiting[caller.Socket] = caller;
    }

    private void Receive(int microseconds)
    {
        if (_waiting.Count == 0)
        {
            Thread.SpinWait(50);
            return;
        }

        var ready = _waiting.Keys.ToList();
        Socket.Select(ready, null, null, microseconds);
        foreach (var socket in ready)
        {
            var count = socket.Receive(_buffer);
            if (count == 0)
            {
                throw new InvalidOperationException("The connection was closed.");
            }

            var caller = _waiting[socket];
            if (caller.Take(_buffer.AsSpan(0, count)))
            {
                _ = _waiting.Remove(socket);
                _microseconds.Add((Stopwatch.GetTimestamp() - caller.Due) / TicksPerMicrosecond);
                _free.Push(caller);
            }
        }
    }

    private void Tell()
    {
        _microseconds.Sort();
        var places = string.Join(' ', new[] { 0.5, 0.99, 0.999 }.Select(At));
        System.Console.WriteLine($"{places} {_microseconds.Count}");
    }

    private string At(double share) =>
        (_microseconds[(int)Math.Min(_microseconds.Count - 1, _microseconds.Count * share)] / 1000).ToString(
            "0.00",
            CultureInfo.InvariantCulture
        );

    /// <summary>One connection and how far its answer has come: a head with a length, and no other kind.</summary>
    private sealed class Caller(Socket socket)
    {
        private const string LengthName = "\r\ncontent-length:";

        public Socket Socket { get; } = socket;

        public long Due { get; set; }

        public long Left { get; set; }

        public StringBuilder Head { get; } = new();

        /// <summary>True when the answer is whole.</summary>
        public bool Take(ReadOnlySpan<byte> bytes)
        {
            if (Left >= 0)
            {
                Left -= bytes.Length;
                return Left <= 0;
            }

            Head.Append(Encoding.ASCII.GetString(bytes));
            var text = Head.ToString();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
            {
                return false;
            }

            var at = text.IndexOf(LengthName, StringComparison.OrdinalIgnoreCase);
            if (!text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || at < 0)
            {
                throw new InvalidOperationException($"Not an answer to count: {text[..end]}");
            }

            var length = text.AsSpan(at + LengthName.Length);
            Left = long.Parse(length[..length.IndexOf('\r')], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            Left -= text.Length - end - 4;
            return Left <= 0;
        }
    }
}
