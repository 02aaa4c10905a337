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

    /// <summary>A port that nobody listens on.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, FirstEphemeral);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another one.
            }
        }
    }
}
