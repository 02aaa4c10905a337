using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>Ports for the processes that a test starts.</summary>
internal static class LoopbackPort
{
    private const int First = 15_000;

    // From here on the kernel takes the ports of outgoing connections (Linux, by default); one of those could hold the port by the time it
    // is bound.
    private const int FirstEphemeral = 32_768;

    private const int Remembered = 512;

    // The last that were given out: whoever has one may not have bound it yet.
    private static readonly Queue<int> Given = [];

    /// <summary>A port that nobody listens on, and that no other test of this process was just given.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, FirstEphemeral);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
            }
            catch (SocketException)
            {
                // Taken; another one.
                continue;
            }

            if (IsFirstToHave(port))
            {
                return port;
            }
        }
    }

    private static bool IsFirstToHave(int port)
    {
        lock (Given)
        {
            if (Given.Contains(port))
            {
                return false;
            }

            Given.Enqueue(port);
            if (Given.Count > Remembered)
            {
                Given.Dequeue();
            }

            return true;
        }
    }
}
