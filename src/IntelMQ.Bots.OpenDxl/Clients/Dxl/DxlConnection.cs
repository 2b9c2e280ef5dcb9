using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace IntelMQ.Bots.Clients.Dxl;

/// <summary>A connection to the Data Exchange Layer. When it breaks, make a new one.</summary>
sealed class DxlConnection : IAsyncDisposable
{
    const string RepliesOf = "/mcafee/client/";

    /// <summary>As the clients of the vendor have it.</summary>
    static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(30);

    readonly IMqttClient _client;
    readonly string _replies;
    readonly TimeProvider _time;
    readonly IBotLog _log;
    readonly ConcurrentDictionary<string, TaskCompletionSource<DxlMessage>> _waiting = new(StringComparer.Ordinal);
    readonly TaskCompletionSource<TransientException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    DxlConnection(IMqttClient client, string clientId, TimeProvider time, IBotLog log)
    {
        (_client, _replies, _time, _log) = (client, RepliesOf + clientId, time, log);
        client.ApplicationMessageReceivedAsync += ReceiveAsync;
        client.DisconnectedAsync += LoseAsync;
    }

    /// <summary>Called for each event of a subscribed topic, one after the other; the next waits for it.</summary>
    public Func<DxlMessage, Task>? OnEvent { get; set; }

    /// <summary>Called for each request of a subscribed topic: what a service does.</summary>
    public Func<DxlMessage, Task>? OnRequest { get; set; }

    /// <summary>Whether the connection is there.</summary>
    public bool IsConnected => _client.IsConnected;

    /// <summary>Ends with the error when the connection breaks.</summary>
    public Task<TransientException> Broken => _broken.Task;

    /// <summary>Connects to the first broker that answers.</summary>
    /// <exception cref="TransientException">None does.</exception>
    /// <exception cref="ConfigurationException">A certificate cannot be read.</exception>
    public static async Task<DxlConnection> ConnectAsync(DxlConfiguration configuration, TimeProvider time, IBotLog log, CancellationToken cancellationToken)
    {
        using var identity = new DxlIdentity(configuration);
        var failures = new List<string>();
        foreach (var broker in configuration.Brokers)
        foreach (var host in new[] { broker.Host, broker.Address }.Where(static host => host.Length > 0).Distinct())
        {
            var connection = new DxlConnection(new MqttClientFactory().CreateMqttClient(), configuration.ClientId, time, log);
            try
            {
                await connection._client.ConnectAsync(identity.Options(host, broker.Port), cancellationToken);
                await connection.SubscribeAsync(connection._replies, cancellationToken);
                return connection;
            }
            catch (Exception e)
            {
                await connection.DisposeAsync();
                if (!IsTransient(e, cancellationToken)) throw;
                failures.Add($"{host}:{broker.Port}: {e.Message}");
            }
        }

        throw new TransientException($"No DXL broker can be reached. {string.Join("; ", failures)}");
    }

    static bool IsTransient(Exception e, CancellationToken cancellationToken) =>
        e is MqttCommunicationException or TransientException or AuthenticationException or IOException or System.Net.Sockets.SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>Asks for the messages of a topic.</summary>
    /// <exception cref="TransientException">The connection is broken, or the broker refuses.</exception>
    public async Task SubscribeAsync(string topic, CancellationToken cancellationToken)
    {
        var result = await DoAsync(() => _client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtMostOnce, cancellationToken), cancellationToken);
        if (result.Items.FirstOrDefault(static item => item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2) is { } refused)
            throw new TransientException($"The DXL broker refuses the topic '{topic}' ({refused.ResultCode}).");
    }

    /// <summary>Publishes a message.</summary>
    /// <exception cref="TransientException">The connection is broken.</exception>
    public Task PublishAsync(string topic, DxlMessage message, CancellationToken cancellationToken) =>
        DoAsync(() => _client.PublishBinaryAsync(topic, message.ToBytes(), cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Asks a service and waits for its answer.</summary>
    /// <exception cref="TransientException">The connection breaks, nobody answers in time, or the service cannot.</exception>
    public async Task<DxlMessage> AskAsync(string topic, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancellationToken)
    {
        var request = new DxlMessage { Type = DxlMessageType.Request, Payload = payload, ReplyTo = _replies };
        var answer = new TaskCompletionSource<DxlMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[request.Id] = answer;
        try
        {
            await PublishAsync(topic, request, cancellationToken);
            await Task.WhenAny(answer.Task, Broken).WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TransientException($"The DXL service '{topic}' does not answer within {patience.TotalSeconds} seconds.", inner: e);
        }
        finally
        {
            _waiting.TryRemove(request.Id, out _);
        }

        if (!answer.Task.IsCompleted) throw await Broken;
        var received = await answer.Task;
        return received.Type != DxlMessageType.Error ? received : throw new TransientException($"The DXL service '{topic}' answers with the error {received.ErrorCode}: {received.ErrorText}");
    }

    async Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs received)
    {
        try
        {
            var message = DxlMessage.Read(received.ApplicationMessage.Payload.ToArray());
            if (message.Type == DxlMessageType.Event && OnEvent is { } handle) await handle(message);
            else if (message.Type == DxlMessageType.Request && OnRequest is { } serve) await serve(message);
            else if (_waiting.TryGetValue(message.RequestId, out var waiting)) waiting.TrySetResult(message);
            else _log.Debug($"A DXL message of type {message.Type} on '{received.ApplicationMessage.Topic}' is for nobody here.");
        }
        catch (InvalidDataException e)
        {
            _log.Warning($"A message on '{received.ApplicationMessage.Topic}' is no DXL message: {e.Message}");
        }
    }

    Task LoseAsync(MqttClientDisconnectedEventArgs lost)
    {
        _broken.TrySetResult(new TransientException($"The connection to the DXL broker broke: {lost.Exception?.Message ?? lost.Reason.ToString()}", inner: lost.Exception));
        return Task.CompletedTask;
    }

    static async Task<T> DoAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (IsTransient(e, cancellationToken))
        {
            throw new TransientException($"The connection to the DXL broker broke: {e.Message}", inner: e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_client.IsConnected) await _client.DisconnectAsync();
        }
        catch (MqttCommunicationException e)
        {
            _log.Debug($"The DXL broker was gone already: {e.Message}");
        }

        _client.Dispose();
    }

    /// <summary>The certificates that prove who we are and who the broker is.</summary>
    sealed class DxlIdentity : IDisposable
    {
        readonly DxlConfiguration _configuration;
        readonly X509Certificate2 _certificate;
        readonly X509Certificate2Collection _authorities = [];

        public DxlIdentity(DxlConfiguration configuration)
        {
            _configuration = configuration;
            try
            {
                _authorities.ImportFromPemFile(configuration.Authorities);
                _certificate = X509Certificate2.CreateFromPemFile(configuration.Certificate, configuration.PrivateKey);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new ConfigurationException($"dxl_config_file: a certificate or its key cannot be read: {e.Message}", e);
            }
        }

        public MqttClientOptions Options(string host, int port) => new MqttClientOptionsBuilder()
            .WithTcpServer(host, port)
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId(_configuration.ClientId)
            .WithCleanSession()
            .WithKeepAlivePeriod(KeepAlive)
            .WithTimeout(TimeSpan.FromSeconds(10))
            .WithTlsOptions(tls => tls.UseTls().WithClientCertificates([_certificate]).WithCertificateValidationHandler(IsOfFabric))
            .Build();

        // Names are not looked at: brokers have certificates for names of their own.
        bool IsOfFabric(MqttClientCertificateValidationEventArgs presented)
        {
            if (presented.Certificate is null) return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
            chain.ChainPolicy.ExtraStore.AddRange(_authorities);
            using var certificate = X509CertificateLoader.LoadCertificate(presented.Certificate.GetRawCertData());
            return chain.Build(certificate);
        }

        public void Dispose()
        {
            _certificate.Dispose();
            foreach (var authority in _authorities) authority.Dispose();
        }
    }
}
