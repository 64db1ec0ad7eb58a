using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ShadowVm.Host.Channel;

/// <summary>Addresses as an operator writes them, and which of them plaintext may use.</summary>
public static class Endpoint
{
    /// <summary>Reads "address:port", "[v6]:port" or "host:port"; a host name is looked up.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="insecurePlaintext">True where the operator accepts plaintext off this host.</param>
    /// <exception cref="HostException">The text is no address, or lies off-loopback without consent.</exception>
    public static IPEndPoint Parse(string text, bool insecurePlaintext)
    {
        var endpoint = Resolve(text);
        RequirePermitted(endpoint, insecurePlaintext);
        return endpoint;
    }

    /// <summary>Refuses plaintext off-loopback unless the operator said so.</summary>
    /// <exception cref="HostException">The address isn't loopback and <paramref name="insecurePlaintext"/> is false.
    /// </exception>
    public static void RequirePermitted(IPEndPoint endpoint, bool insecurePlaintext)
    {
        if (insecurePlaintext || IPAddress.IsLoopback(endpoint.Address)) return;
        throw new HostException(
            $"The channel to {endpoint} would cross a network unencrypted: use a loopback address, or "
            + "--insecure-plaintext if that network is yours alone.");
    }

    private static IPEndPoint Resolve(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out var port) || port > IPEndPoint.MaxPort)
        {
            throw new HostException($"'{text}' is not an address: expected HOST:PORT with a port of 0 to 65535.");
        }

        var host = text[..colon];
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address)) return new IPEndPoint(address, port);
        try
        {
            var found = Dns.GetHostAddresses(host);
            if (found.Length != 0) return new IPEndPoint(Preferred(found), port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new HostException($"The host '{host}' of '{text}' can't be found: {e.Message}.", inner: e);
        }

        throw new HostException($"The host '{host}' of '{text}' has no address.");
    }

    private static IPAddress Preferred(IPAddress[] found) =>
        Array.Find(found, a => a.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
}
