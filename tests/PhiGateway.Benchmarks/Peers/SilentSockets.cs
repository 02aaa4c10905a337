using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>
/// A backend with one answer and a client with one question, on blocking sockets and fixed buffers: neither allocates while it runs.
/// </summary>
internal sealed class SilentSockets : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _answer;

    private SilentSockets(string body)
    {
        BodyBytes = body.Length;
        _answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>Length of the answer's body.</summary>
    public static int BodyBytes { get; private set; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>A backend that answers everything with this ASCII body.</summary>
    public static SilentSockets Answering(string body) => new(body);

    /// <summary>Asks the same read so many times on one connection.</summary>
    /// <exception cref="InvalidOperationException">An answer was not 200.</exception>
    public static void Ask(int port, string token, int times)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var question = Encoding.ASCII.GetBytes(
            $"GET /fhir/Observation/o1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        var buffer = new byte[64 * 1024];
        for (var i = 0; i < times; i++)
        {
            socket.Send(question);
            var filled = 0;
            do
            {
                var count = socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
                filled +=
                    count > 0
                        ? count
                        : throw new InvalidOperationException("The answer ended early: " + Encoding.ASCII.GetString(buffer, 0, filled));
            } while (!IsWhole(buffer.AsSpan(0, filled)));
            if (!buffer.AsSpan().StartsWith("HTTP/1.1 200"u8))
            {
                throw new InvalidOperationException(Encoding.ASCII.GetString(buffer, 0, filled));
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    // By length, or by the last chunk.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var length = answer[..head].IndexOf("Content-Length: "u8);
        return length < 0
            ? answer.EndsWith("\r\n0\r\n\r\n"u8)
            : System.Buffers.Text.Utf8Parser.TryParse(answer[(length + 16)..], out int bytes, out _) && answer.Length >= head + 4 + bytes;
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // Disposed: the run has ended.
        }
    }

    private void Serve(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[16 * 1024];
            var filled = 0;
            try
            {
                while (true)
                {
                    var count = socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
                    if (count == 0)
                    {
                        return;
                    }

                    filled += count;
                    if (buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8))
                    {
                        filled = 0;
                        socket.Send(_answer);
                    }
                }
            }
            catch (SocketException)
            {
                // The other side has gone.
            }
        }
    }
}
