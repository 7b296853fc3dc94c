import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.CoapHandler;
import org.eclipse.californium.core.CoapObserveRelation;
import org.eclipse.californium.core.CoapResponse;
import org.eclipse.californium.core.coap.BlockOption;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.MediaTypeRegistry;
import org.eclipse.californium.core.coap.Option;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;

/** A CoAP client on Californium, for the interop tests: the arguments and the output of ../README.md. */
public final class Client {
	private String method = "GET";
	private String payload;
	private boolean confirmable = true;
	private boolean ping;
	private final List<Option> options = new ArrayList<>();
	private int blockSize;
	private int notifications;
	private long timeout = 15_000;
	private String uri;
	private CoapClient client;

	public static void main(String[] args) throws Exception {
		int status = 1;
		try {
			System.out.println(new Client(args).run());
			status = 0;
		} catch (RuntimeException | java.io.IOException | org.eclipse.californium.elements.exception.ConnectorException failure) {
			System.err.println(failure);
		}
		System.out.flush();
		System.exit(status);
	}

	private Client(String[] args) {
		for (int i = 0; i < args.length; i++) {
			switch (args[i]) {
			case "--method" -> method = args[++i];
			case "--payload" -> payload = args[++i];
			case "--non" -> confirmable = false;
			case "--ping" -> ping = true;
			case "--option" -> options.add(option(args[++i]));
			case "--block-size" -> blockSize = Integer.parseInt(args[++i]);
			case "--observe" -> notifications = Integer.parseInt(args[++i]);
			case "--timeout" -> timeout = (long) (Double.parseDouble(args[++i]) * 1000);
			default -> uri = args[i];
			}
		}
	}

	private String run() throws Exception {
		CoapConfig.register();
		Configuration config = Configuration.createStandardWithoutFile();
		config.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, 1 << 24);
		if (blockSize > 0) {
			config.set(CoapConfig.PREFERRED_BLOCK_SIZE, blockSize);
			config.set(CoapConfig.MAX_MESSAGE_SIZE, blockSize);
		}
		CoapEndpoint endpoint = CoapEndpoint.builder().setConfiguration(config).setInetSocketAddress(new InetSocketAddress(0)).build();
		endpoint.start();
		client = new CoapClient(uri).setEndpoint(endpoint).setTimeout(timeout);
		if (ping) {
			return json(client.ping());
		}
		if (notifications > 0) {
			return observe();
		}
		CoapResponse response = client.advanced(request());
		if (response == null) {
			throw new IllegalStateException("no answer");
		}
		return json(response);
	}

	private Request request() {
		Request request = new Request(switch (method) {
		case "iPATCH" -> Code.IPATCH;
		default -> Code.valueOf(method);
		});
		request.setURI(uri);
		request.setConfirmable(confirmable);
		if (payload != null) {
			request.setPayload(payload.getBytes(StandardCharsets.UTF_8));
			request.getOptions().setContentFormat(MediaTypeRegistry.TEXT_PLAIN);
		}
		if (blockSize > 0 && payload == null) {
			request.getOptions().setBlock2(BlockOption.size2Szx(blockSize), false, 0);
		}
		options.forEach(request.getOptions()::addOption);
		return request;
	}

	private String observe() throws Exception {
		CountDownLatch left = new CountDownLatch(notifications);
		StringJoiner seen = new StringJoiner(",", "{\"notifications\":[", "]}");
		CoapObserveRelation relation = client.observeAndWait(request().setObserve(), new CoapHandler() {
			@Override
			public void onLoad(CoapResponse response) {
				if (left.getCount() > 0) {
					seen.add(json(response));
					left.countDown();
				}
			}

			@Override
			public void onError() {
				System.err.println("a notification was lost");
			}
		});
		if (relation.isCanceled()) {
			throw new IllegalStateException("it is not observed");
		}
		if (!left.await(timeout, TimeUnit.MILLISECONDS)) {
			throw new IllegalStateException("only " + (notifications - left.getCount()) + " notifications");
		}
		relation.proactiveCancel();
		Thread.sleep(500); // for what it sends to cancel
		return seen.toString();
	}

	/** NUMBER=HEX. */
	@SuppressWarnings("deprecation") // what takes its place wants a definition, which only options with a name have
	private static Option option(String text) {
		String[] parts = text.split("=", 2);
		return new Option(Integer.parseInt(parts[0]), HexFormat.of().parseHex(parts[1]));
	}

	private static String json(boolean ponged) {
		if (!ponged) {
			throw new IllegalStateException("no Reset");
		}
		return "{}";
	}

	private static String json(CoapResponse response) {
		StringJoiner options = new StringJoiner(",", "[", "]");
		for (Option option : response.getOptions().asSortedList()) {
			options.add("[" + option.getNumber() + ",\"" + HexFormat.of().formatHex(option.getValue()) + "\"]");
		}
		return "{\"code\":\"" + response.getCode() + "\",\"payload\":" + quoted(response.getResponseText()) + ",\"options\":" + options + "}";
	}

	private static String quoted(String text) {
		StringBuilder quoted = new StringBuilder("\"");
		for (char each : text.toCharArray()) {
			if (each == '"' || each == '\\') {
				quoted.append('\\').append(each);
			} else if (each < ' ') {
				quoted.append(String.format("\\u%04x", (int) each));
			} else {
				quoted.append(each);
			}
		}
		return quoted.append('"').toString();
	}
}
