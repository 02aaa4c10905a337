using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Sinks.Feeding;

/// <summary>Opens a connection by the host's rules for whom it may call.</summary>
/// <param name="place">Host and port.</param>
/// <param name="cancellationToken">Ends the try.</param>
public delegate ValueTask<Socket> SinkConnect(DnsEndPoint place, CancellationToken cancellationToken);
